package io.omendb.index.column;

import java.util.function.IntToLongFunction;

/** Sorts row numbers by a key, stably and without boxing. */
final class MergeSort {
    private static final int RUN = 16;

    private MergeSort() {}

    static void sort(int[] rows, IntToLongFunction key) {
        int n = rows.length;
        long[] keys = new long[n];
        for (int i = 0; i < n; i++) {
            keys[i] = key.applyAsLong(rows[i]);
        }
        for (int from = 0; from < n; from += RUN) {
            insertionSort(rows, keys, from, Math.min(n, from + RUN));
        }
        int[] otherRows = new int[n];
        long[] otherKeys = new long[n];
        int[] fromRows = rows;
        long[] fromKeys = keys;
        for (int width = RUN; width < n; width *= 2) {
            for (int from = 0; from < n; from += 2 * width) {
                int middle = Math.min(n, from + width);
                int to = Math.min(n, from + 2 * width);
                int i = from;
                int j = middle;
                for (int k = from; k < to; k++) {
                    boolean left = j >= to || (i < middle && fromKeys[i] <= fromKeys[j]);
                    int taken = left ? i++ : j++;
                    otherKeys[k] = fromKeys[taken];
                    otherRows[k] = fromRows[taken];
                }
            }
            int[] swapRows = fromRows;
            fromRows = otherRows;
            otherRows = swapRows;
            long[] swapKeys = fromKeys;
            fromKeys = otherKeys;
            otherKeys = swapKeys;
        }
        if (fromRows != rows) {
            System.arraycopy(fromRows, 0, rows, 0, n);
        }
    }

    private static void insertionSort(int[] rows, long[] keys, int from, int to) {
        for (int i = from + 1; i < to; i++) {
            long key = keys[i];
            int row = rows[i];
            int j = i - 1;
            for (; j >= from && keys[j] > key; j--) {
                keys[j + 1] = keys[j];
                rows[j + 1] = rows[j];
            }
            keys[j + 1] = key;
            rows[j + 1] = row;
        }
    }
}
