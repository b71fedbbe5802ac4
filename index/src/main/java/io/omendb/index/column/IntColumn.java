package io.omendb.index.column;

import java.util.Arrays;

/**
 * An append-only column of int values in chunks. Written by one thread; a reader may look at any
 * row below a row count it learnt through a volatile field that was written after the append.
 * Growth adds chunks and never moves a value.
 */
public final class IntColumn {
    private volatile int[][] chunks = new int[0][];

    /** Writes a value; rows are written in ascending order. */
    public void set(int row, int value) {
        int chunk = row >>> Chunks.BITS;
        if (chunk >= chunks.length) {
            grow(chunk);
        }
        chunks[chunk][row & Chunks.MASK] = value;
    }

    public int get(int row) {
        return chunks[row >>> Chunks.BITS][row & Chunks.MASK];
    }

    /** Heap bytes of the values. */
    public long bytes() {
        return (long) chunks.length * Chunks.ROWS * Integer.BYTES;
    }

    private void grow(int chunk) {
        int[][] grown = Arrays.copyOf(chunks, chunk + 1);
        for (int i = chunks.length; i <= chunk; i++) {
            grown[i] = new int[Chunks.ROWS];
        }
        chunks = grown;
    }
}
