package io.omendb.index.sparse;

import java.util.Arrays;

/**
 * The postings of one term while its segment grows. Written by one thread, and read without locks:
 * a reader knows how many rows its snapshot has, and what was written for those rows it sees. What
 * it may see of later ones it leaves out.
 */
final class GrowingTerm {
    private int[] rows;
    private float[] values;
    private int count;

    GrowingTerm(int row, float value) {
        rows = new int[] {row, 0};
        values = new float[] {value, 0};
        count = 1;
    }

    void add(int row, float value) {
        if (count == rows.length) {
            // Values first: who sees the longer rows then has values for them.
            values = Arrays.copyOf(values, 2 * count);
            rows = Arrays.copyOf(rows, 2 * count);
        }
        values[count] = value;
        rows[count] = row;
        count++;
    }

    long bytes() {
        return 8L * rows.length + 64;
    }

    /** The postings of rows below {@code limit}. */
    Cursor cursor(int limit) {
        int[] seenRows = rows;
        float[] seenValues = values;
        int n = Math.min(count, Math.min(seenRows.length, seenValues.length));
        // The end may be newer than the snapshot, or written in part: a row below the limit was
        // published, and with it everything before.
        while (n > 0 && (seenRows[n - 1] >= limit || (n > 1 && seenRows[n - 1] == 0))) {
            n--;
        }
        return new Cursor(seenRows, seenValues, n);
    }

    /** Over arrays that hold more than it reads. */
    static final class Cursor extends PostingCursor {
        private final int[] rows;
        private final float[] values;
        private final int count;
        private int at = -1;
        private Bounds bounds = Bounds.NONE;

        Cursor(int[] rows, float[] values, int count) {
            this.rows = rows;
            this.values = values;
            this.count = count;
        }

        @Override
        public int row() {
            return at < 0 ? -1 : at < count ? rows[at] : END;
        }

        @Override
        public int advance(int target) {
            int low = at + 1;
            int step = 1;
            // Most jumps are short.
            while (low + step < count && rows[low + step] < target) {
                low += step;
                step <<= 1;
            }
            int high = Math.min(count, low + step + 1);
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (rows[middle] < target) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            at = low;
            return row();
        }

        @Override
        public float value() {
            return values[at];
        }

        @Override
        public int rows() {
            return count;
        }

        @Override
        public Bounds bounds() {
            if (bounds == Bounds.NONE && count > 0) {
                float max = Float.NEGATIVE_INFINITY;
                float min = Float.POSITIVE_INFINITY;
                for (int i = 0; i < count; i++) {
                    max = Math.max(max, values[i]);
                    min = Math.min(min, values[i]);
                }
                // The shortest text there may be: a segment grows for a short while.
                bounds = new Bounds(max, min, (byte) 1);
            }
            return bounds;
        }

        @Override
        public int seekBlock(int target) {
            return count == 0 || target > rows[count - 1] ? END : rows[count - 1];
        }

        @Override
        public Bounds blockBounds() {
            return bounds();
        }
    }
}
