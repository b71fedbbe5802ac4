package io.omendb.index.column;

/**
 * Whole numbers from one to another, both in.
 *
 * @param low the lowest
 * @param high the highest; below {@code low} where there is none
 */
record Interval(long low, long high) {
    static final Interval EMPTY = new Interval(Long.MAX_VALUE, Long.MIN_VALUE);

    boolean isEmpty() {
        return low > high;
    }

    Interval intersect(Interval other) {
        return new Interval(Math.max(low, other.low), Math.min(high, other.high));
    }
}
