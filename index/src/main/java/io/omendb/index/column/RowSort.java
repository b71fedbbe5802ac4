package io.omendb.index.column;

/**
 * Sorts row numbers by a long each, by radix: stable, and for a million rows several times as fast
 * as comparing, for two more arrays while it runs.
 */
final class RowSort {
    private static final int DIGIT_BITS = 11;
    private static final int DIGITS = 1 << DIGIT_BITS;
    private static final int PASSES = (Long.SIZE + DIGIT_BITS - 1) / DIGIT_BITS;

    private long[] keys;
    private int[] rows;
    private long[] nextKeys;
    private int[] nextRows;

    private RowSort(long[] keys, int[] rows) {
        this.keys = keys;
        this.rows = rows;
        this.nextKeys = new long[keys.length];
        this.nextRows = new int[rows.length];
    }

    /**
     * The rows by ascending key.
     *
     * @param keys a key a row; clobbered
     * @param rows clobbered
     */
    static int[] byKey(long[] keys, int[] rows) {
        RowSort sort = new RowSort(keys, rows);
        for (int pass = 0; pass < PASSES; pass++) {
            sort.pass(pass * DIGIT_BITS);
        }
        return sort.rows;
    }

    private void pass(int shift) {
        int[] starts = new int[DIGITS + 1];
        for (long key : keys) {
            starts[digit(key, shift) + 1]++;
        }
        for (int digit = 0; digit < DIGITS; digit++) {
            if (starts[digit + 1] == keys.length) {
                return; // All keys have the same digit here.
            }
            starts[digit + 1] += starts[digit];
        }
        for (int i = 0; i < keys.length; i++) {
            int to = starts[digit(keys[i], shift)]++;
            nextKeys[to] = keys[i];
            nextRows[to] = rows[i];
        }
        long[] sortedKeys = nextKeys;
        int[] sortedRows = nextRows;
        nextKeys = keys;
        nextRows = rows;
        keys = sortedKeys;
        rows = sortedRows;
    }

    private static int digit(long key, int shift) {
        // With the sign flipped, negative keys come first among unsigned ones.
        return (int) ((key ^ Long.MIN_VALUE) >>> shift) & (DIGITS - 1);
    }
}
