package io.omendb.index.column;

import java.util.Arrays;

/**
 * An append-only column of long values in chunks. Written by one thread; a reader may look at any
 * row below a row count it learnt through a volatile field that was written after the append.
 * Growth adds chunks and never moves a value.
 */
public final class LongColumn {
    private volatile long[][] chunks = new long[0][];

    /** Writes a value; rows are written in ascending order. */
    public void set(int row, long value) {
        int chunk = row >>> Chunks.BITS;
        if (chunk >= chunks.length) {
            grow(chunk);
        }
        chunks[chunk][row & Chunks.MASK] = value;
    }

    public long get(int row) {
        return chunks[row >>> Chunks.BITS][row & Chunks.MASK];
    }

    /** Heap bytes of the values. */
    public long bytes() {
        return (long) chunks.length * Chunks.ROWS * Long.BYTES;
    }

    private void grow(int chunk) {
        long[][] grown = Arrays.copyOf(chunks, chunk + 1);
        for (int i = chunks.length; i <= chunk; i++) {
            grown[i] = new long[Chunks.ROWS];
        }
        chunks = grown;
    }
}
