package io.omendb.index.column;

import java.util.BitSet;

/**
 * The rows of a frozen column that have a value, by ascending value: the rows of a range are
 * neighbours, found by binary search. Four bytes a row: the values themselves are read from the
 * column, apart from one in {@value #STRIDE}, which a search looks at first, in the cache.
 */
final class SortedRows {
    private static final int STRIDE = 64;

    private final LongColumn values;
    private final int[] order;
    private final long[] samples;
    private final int rows;

    private SortedRows(LongColumn values, int[] order, long[] samples, int rows) {
        this.values = values;
        this.order = order;
        this.samples = samples;
        this.rows = rows;
    }

    /** Sorts the first {@code rows} rows. */
    static SortedRows of(LongColumn values, BitColumn present, int rows) {
        int n = present.setBelow(rows).cardinality();
        long[] keys = new long[n];
        int[] order = new int[n];
        for (int row = 0, i = 0; row < rows; row++) {
            if (present.get(row)) {
                keys[i] = values.get(row);
                order[i++] = row;
            }
        }
        order = RowSort.byKey(keys, order);
        long[] samples = new long[(n + STRIDE - 1) / STRIDE];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = values.get(order[i * STRIDE]);
        }
        return new SortedRows(values, order, samples, rows);
    }

    /** Rows that were sorted, those without a value included. */
    int rows() {
        return rows;
    }

    /** Rows that have a value. */
    int size() {
        return order.length;
    }

    /** The places of some intervals' rows: from and to, exclusive, of each in turn. */
    int[] spans(Intervals intervals) {
        int[] spans = new int[2 * intervals.size()];
        for (int i = 0; i < intervals.size(); i++) {
            long high = intervals.high(i);
            spans[2 * i] = countBelow(intervals.low(i));
            spans[2 * i + 1] = high == Long.MAX_VALUE ? size() : countBelow(high + 1);
        }
        return spans;
    }

    /** Rows in some spans. */
    int within(int[] spans) {
        int rows = 0;
        for (int i = 0; i < spans.length; i += 2) {
            rows += spans[i + 1] - spans[i];
        }
        return rows;
    }

    /** Adds the rows below a limit that lie in some spans. */
    void addWithin(int[] spans, int limit, BitSet into) {
        for (int i = 0; i < spans.length; i += 2) {
            for (int at = spans[i]; at < spans[i + 1]; at++) {
                if (order[at] < limit) {
                    into.set(order[at]);
                }
            }
        }
    }

    /** Takes out the rows that lie between some spans. */
    void removeBetween(int[] spans, BitSet from) {
        int at = 0;
        for (int i = 0; i <= spans.length; i += 2) {
            int end = i == spans.length ? size() : spans[i];
            for (; at < end; at++) {
                from.clear(order[at]);
            }
            at = i == spans.length ? end : spans[i + 1];
        }
    }

    long bytes() {
        return (long) order.length * Integer.BYTES + (long) samples.length * Long.BYTES;
    }

    /** How many values are lower. */
    private int countBelow(long value) {
        int low = 0;
        int high = samples.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (samples[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        // All values up to the sample before are lower, none from this sample on.
        int end = Math.min(size(), low * STRIDE);
        int start = Math.max(0, low - 1) * STRIDE;
        while (start < end) {
            int middle = (start + end) >>> 1;
            if (values.get(order[middle]) < value) {
                start = middle + 1;
            } else {
                end = middle;
            }
        }
        return start;
    }
}
