package io.omendb.index.column;

import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * An append-only column of int values in chunks. Written by one thread; a reader may look at any
 * row below a row count it learnt through a volatile field that was written after the append.
 * Growth adds chunks and never moves a value.
 *
 * <p>A chunk whose values are all the same, as a segment's sources mostly are, is an array of that
 * one value. When another value comes, a whole array takes its place; a reader that still holds the
 * short one finds there what all rows it may ask for had.
 */
public final class IntColumn {
    private volatile int[][] chunks = new int[0][];

    /** Writes a value; rows are written in ascending order. */
    public void set(int row, int value) {
        int number = row >>> Chunks.BITS;
        if (number >= chunks.length) {
            grow(number, value);
        }
        int[] chunk = chunks[number];
        if (chunk.length == 1) {
            if (chunk[0] == value) {
                return;
            }
            int[] whole = new int[Chunks.ROWS];
            Arrays.fill(whole, 0, row & Chunks.MASK, chunk[0]);
            whole[row & Chunks.MASK] = value;
            // Readers find the reference without a lock; its contents must be there first.
            VarHandle.releaseFence();
            chunks[number] = whole;
            return;
        }
        chunk[row & Chunks.MASK] = value;
    }

    public int get(int row) {
        int[] chunk = chunks[row >>> Chunks.BITS];
        return chunk.length == 1 ? chunk[0] : chunk[row & Chunks.MASK];
    }

    /** Heap bytes of the values. */
    public long bytes() {
        long bytes = 0;
        for (int[] chunk : chunks) {
            bytes += (long) chunk.length * Integer.BYTES + Chunks.OBJECT_BYTES;
        }
        return bytes;
    }

    private void grow(int number, int value) {
        int[][] grown = Arrays.copyOf(chunks, number + 1);
        for (int i = chunks.length; i <= number; i++) {
            grown[i] = new int[] {value};
        }
        chunks = grown;
    }
}
