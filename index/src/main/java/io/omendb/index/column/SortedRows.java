package io.omendb.index.column;

import java.util.BitSet;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;

/**
 * The rows of a numeric column that no longer grows, in the order of their values: four bytes a row
 * that has one. The values stay in the column. Immutable.
 */
final class SortedRows {
    private final int[] order;
    private final int rows;

    private SortedRows(int[] order, int rows) {
        this.order = order;
        this.rows = rows;
    }

    /**
     * Sorts.
     *
     * @param key compares as the value does
     */
    static SortedRows of(int rows, IntPredicate present, IntToLongFunction key) {
        int count = 0;
        for (int row = 0; row < rows; row++) {
            count += present.test(row) ? 1 : 0;
        }
        int[] order = new int[count];
        int next = 0;
        for (int row = 0; row < rows; row++) {
            if (present.test(row)) {
                order[next++] = row;
            }
        }
        MergeSort.sort(order, key);
        return new SortedRows(order, rows);
    }

    /** Keys of doubles in the order of the doubles; both zeros are one. */
    static IntToLongFunction keysOf(IntToDoubleFunction values) {
        return row -> {
            long bits = Double.doubleToLongBits(values.applyAsDouble(row) + 0.0);
            return bits ^ (bits >> 63 & Long.MAX_VALUE);
        };
    }

    int rows() {
        return rows;
    }

    /**
     * Rows with a key from {@code lowest} to {@code highest}, inclusive.
     *
     * @param test the same for a single row
     */
    RowMatcher matcher(long lowest, long highest, IntToLongFunction key, IntPredicate test) {
        int from = lowest > highest ? 0 : firstAtLeast(lowest, key);
        int to =
                lowest > highest
                        ? 0
                        : highest == Long.MAX_VALUE ? order.length : firstAtLeast(highest + 1, key);
        return new RowMatcher(rows) {
            @Override
            public boolean matches(int row) {
                return test.test(row);
            }

            @Override
            public int estimate() {
                return to - from;
            }

            @Override
            public BitSet rows() {
                BitSet set = new BitSet(rowCount());
                for (int i = from; i < to; i++) {
                    set.set(order[i]);
                }
                return set;
            }
        };
    }

    private int firstAtLeast(long bound, IntToLongFunction key) {
        int low = 0;
        int high = order.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (key.applyAsLong(order[middle]) < bound) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    long bytes() {
        return (long) order.length * Integer.BYTES;
    }
}
