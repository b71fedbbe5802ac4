package io.omendb.index.column;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BitSetUtil;
import org.roaringbitmap.RoaringBitmap;

/**
 * The rows that hold each code of a frozen column. Codes that many rows hold have a compressed
 * bitmap; those of the few share one array, because a bitmap object each would outweigh a million
 * rows of a field whose values hardly recur.
 */
final class Postings {
    /** From so many rows on a bitmap, with the objects it is made of, is the smaller. */
    private static final int DENSE_ROWS = 1024;

    /** Rough heap cost of a bitmap's objects, whole and per 65,536 rows, beside its data. */
    private static final int BITMAP_BYTES = 100;

    private static final int CONTAINER_BYTES = 48;

    private final int rows;

    /** Where the rows of a code start in {@link #sparse}; one more than there are codes. */
    private final int[] starts;

    private final int[] sparse;

    /** By code, null for the sparse ones; nothing if all are. */
    private final @Nullable RoaringBitmap[] dense;

    private Postings(int rows, int[] starts, int[] sparse, @Nullable RoaringBitmap[] dense) {
        this.rows = rows;
        this.starts = starts;
        this.sparse = sparse;
        this.dense = dense;
    }

    /** Rows that were indexed. */
    int rows() {
        return rows;
    }

    /** Adds the rows below a limit that hold a code. */
    void addTo(BitSet into, int code, int limit) {
        RoaringBitmap bitmap = code < dense.length ? dense[code] : null;
        if (bitmap != null) {
            BitSet found = BitSetUtil.bitsetOf(bitmap);
            found.clear(limit, Math.max(limit, found.length()));
            into.or(found);
            return;
        }
        if (code + 1 >= starts.length) {
            return; // First seen in a later row.
        }
        for (int i = starts[code]; i < starts[code + 1] && sparse[i] < limit; i++) {
            into.set(sparse[i]);
        }
    }

    long bytes() {
        long bytes = (long) (starts.length + sparse.length + dense.length) * Integer.BYTES;
        for (RoaringBitmap bitmap : dense) {
            if (bitmap != null) {
                long containers = (rows >>> 16) + 1;
                bytes += bitmap.getLongSizeInBytes() + BITMAP_BYTES + containers * CONTAINER_BYTES;
            }
        }
        return bytes;
    }

    /** Takes rows in ascending order; how often each code comes is known before. */
    static final class Builder {
        private final int rows;
        private final int[] next;
        private final int[] starts;
        private final int[] sparse;
        private final @Nullable RoaringBitmap[] dense;

        Builder(int[] counts, int rows) {
            this.rows = rows;
            this.starts = new int[counts.length + 1];
            boolean anyDense = false;
            for (int code = 0; code < counts.length; code++) {
                boolean isDense = counts[code] >= DENSE_ROWS;
                anyDense |= isDense;
                starts[code + 1] = starts[code] + (isDense ? 0 : counts[code]);
            }
            this.next = starts.clone();
            this.sparse = new int[starts[counts.length]];
            this.dense = new RoaringBitmap[anyDense ? counts.length : 0];
            for (int code = 0; code < dense.length; code++) {
                dense[code] = counts[code] >= DENSE_ROWS ? new RoaringBitmap() : null;
            }
        }

        void add(int code, int row) {
            RoaringBitmap bitmap = code < dense.length ? dense[code] : null;
            if (bitmap == null) {
                sparse[next[code]++] = row;
            } else {
                bitmap.add(row);
            }
        }

        Postings build() {
            for (RoaringBitmap bitmap : dense) {
                if (bitmap != null) {
                    bitmap.runOptimize();
                    bitmap.trim();
                }
            }
            return new Postings(rows, starts, sparse, dense);
        }
    }
}
