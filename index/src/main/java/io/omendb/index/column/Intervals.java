package io.omendb.index.column;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Intervals that ascend and do not meet; none of them empty. */
final class Intervals {
    private final long[] lows;
    private final long[] highs;

    Intervals(List<Interval> ascending) {
        this.lows = ascending.stream().mapToLong(Interval::low).toArray();
        this.highs = ascending.stream().mapToLong(Interval::high).toArray();
    }

    int size() {
        return lows.length;
    }

    long low(int i) {
        return lows[i];
    }

    long high(int i) {
        return highs[i];
    }

    boolean contains(long value) {
        if (lows.length == 1) {
            // Both are compared: cheaper than a branch that is guessed wrong.
            return value >= lows[0] & value <= highs[0];
        }
        int last = lastStartingBy(value);
        return last >= 0 && value <= highs[last];
    }

    /** Whether a number between two, both in, may be contained. */
    boolean meets(long lowest, long highest) {
        int last = lastStartingBy(highest);
        return last >= 0 && highs[last] >= lowest && lowest <= highest;
    }

    /** Whether all numbers between two, both in, are contained. */
    boolean covers(long lowest, long highest) {
        int last = lastStartingBy(lowest);
        return last >= 0 && highs[last] >= highest && lowest <= highest;
    }

    /** What is in both. */
    Intervals intersect(Intervals other) {
        List<Interval> both = new ArrayList<>();
        for (int i = 0, j = 0; i < size() && j < other.size(); ) {
            long low = Math.max(lows[i], other.lows[j]);
            long high = Math.min(highs[i], other.highs[j]);
            if (low <= high) {
                both.add(new Interval(low, high));
            }
            if (highs[i] < other.highs[j]) {
                i++;
            } else {
                j++;
            }
        }
        return new Intervals(both);
    }

    private int lastStartingBy(long value) {
        int at = Arrays.binarySearch(lows, value);
        return at >= 0 ? at : -at - 2;
    }
}
