package io.omendb.index.sparse;

import io.omendb.index.sparse.PostingCursor.Bounds;
import java.util.Arrays;

/**
 * The postings of one term while its segment grows, with bounds of every block of them. Written by
 * one thread, and read without locks: a reader knows how many rows its snapshot has, and what was
 * written for those rows it sees. What it may see of later ones it leaves out; they can only have
 * raised a bound.
 */
final class GrowingTerm {
    private static final int BLOCK_BITS = 7;

    /** Postings of a block. */
    static final int BLOCK = 1 << BLOCK_BITS;

    private Postings held;
    private int count;

    /**
     * The first posting of a term.
     *
     * @param norm of the row, see {@link FieldPostings#norm}
     */
    GrowingTerm(int row, float value, byte norm) {
        held = new Postings(new int[2], new float[2], 0);
        add(row, value, norm);
    }

    void add(int row, float value, byte norm) {
        if (count == held.rows.length) {
            held = held.doubled();
        }
        // Bounds first: who sees the row may use them.
        held.bound(count >>> BLOCK_BITS, value, norm);
        held.values[count] = value;
        held.rows[count] = row;
        count++;
    }

    /** The postings of rows below {@code limit}. */
    Cursor cursor(int limit) {
        Postings seen = held;
        int n = Math.min(count, seen.rows.length);
        // The end may be newer than the snapshot, or written in part: a row below the limit was
        // published, and with it everything before.
        while (n > 0 && (seen.rows[n - 1] >= limit || (n > 1 && seen.rows[n - 1] == 0))) {
            n--;
        }
        return new Cursor(seen, n);
    }

    /**
     * Arrays that grow by being replaced, so that whoever sees them sees what was copied. Of a
     * single block there are no bounds: looking at its values takes no longer.
     */
    private static final class Postings {
        final int[] rows;
        final float[] values;
        final float[] valueMax;
        final float[] valueMin;
        final byte[] normMin;

        Postings(int[] rows, float[] values, int blocks) {
            this(rows, values, new float[blocks], new float[blocks], new byte[blocks]);
        }

        private Postings(
                int[] rows, float[] values, float[] valueMax, float[] valueMin, byte[] normMin) {
            this.rows = rows;
            this.values = values;
            this.valueMax = valueMax;
            this.valueMin = valueMin;
            this.normMin = normMin;
        }

        Postings doubled() {
            int n = rows.length;
            if (2 * n <= BLOCK) {
                return new Postings(Arrays.copyOf(rows, 2 * n), Arrays.copyOf(values, 2 * n), 0);
            }
            int blocks = 2 * n >>> BLOCK_BITS;
            Postings twice =
                    new Postings(
                            Arrays.copyOf(rows, 2 * n),
                            Arrays.copyOf(values, 2 * n),
                            Arrays.copyOf(valueMax, blocks),
                            Arrays.copyOf(valueMin, blocks),
                            Arrays.copyOf(normMin, blocks));
            if (valueMax.length == 0) {
                Bounds first = scanned(n);
                twice.valueMax[0] = first.valueMax();
                twice.valueMin[0] = first.valueMin();
                // Norms are not kept beside the values: the lowest there is.
                twice.normMin[0] = first.normMin();
            }
            return twice;
        }

        void bound(int block, float value, byte norm) {
            if (valueMax.length == 0) {
                return;
            }
            boolean first = normMin[block] == 0;
            if (first || value > valueMax[block]) {
                valueMax[block] = value;
            }
            if (first || value < valueMin[block]) {
                valueMin[block] = value;
            }
            if (first || (norm & 0xFF) < (normMin[block] & 0xFF)) {
                normMin[block] = norm;
            }
        }

        Bounds bounds(int firstBlock, int endBlock, int count) {
            if (valueMax.length == 0) {
                return scanned(count);
            }
            float max = Float.NEGATIVE_INFINITY;
            float min = Float.POSITIVE_INFINITY;
            int norm = 0xFF;
            for (int block = firstBlock; block < endBlock; block++) {
                max = Math.max(max, valueMax[block]);
                min = Math.min(min, valueMin[block]);
                norm = Math.min(norm, normMin[block] & 0xFF);
            }
            return new Bounds(max, min, (byte) norm);
        }

        private Bounds scanned(int n) {
            float max = Float.NEGATIVE_INFINITY;
            float min = Float.POSITIVE_INFINITY;
            for (int i = 0; i < n; i++) {
                max = Math.max(max, values[i]);
                min = Math.min(min, values[i]);
            }
            return new Bounds(max, min, (byte) 1);
        }
    }

    /** Over arrays that hold more than it reads. */
    static final class Cursor extends PostingCursor {
        private final Postings postings;
        private final int[] rows;
        private final int count;
        private int at = -1;
        private int lookedAt;

        Cursor(Postings postings, int count) {
            this.postings = postings;
            this.rows = postings.rows;
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
            return postings.values[at];
        }

        @Override
        public int rows() {
            return count;
        }

        @Override
        public Bounds bounds() {
            return count == 0 ? Bounds.NONE : postings.bounds(0, blocks(), count);
        }

        private int blocks() {
            return (count + BLOCK - 1) >>> BLOCK_BITS;
        }

        private int lastRow(int block) {
            return rows[Math.min(count, (block + 1) << BLOCK_BITS) - 1];
        }

        @Override
        public int seekBlock(int target) {
            lookedAt = Math.max(lookedAt, Math.max(0, at) >>> BLOCK_BITS);
            int blocks = blocks();
            while (lookedAt < blocks && lastRow(lookedAt) < target) {
                lookedAt++;
            }
            return lookedAt >= blocks ? END : lastRow(lookedAt);
        }

        @Override
        public Bounds blockBounds() {
            return lookedAt >= blocks()
                    ? Bounds.NONE
                    : postings.bounds(lookedAt, lookedAt + 1, count);
        }
    }
}
