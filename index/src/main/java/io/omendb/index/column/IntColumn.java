package io.omendb.index.column;

import java.util.Arrays;

/**
 * An append-only column of int values in chunks. Written by one thread; a reader may look at any
 * row below a row count it learnt through a volatile field that was written after the append.
 * Growth adds chunks and packs the one before; whoever still holds that reads the same values.
 */
public final class IntColumn {
    private final int unwritten;
    private volatile PackedChunk[] chunks = new PackedChunk[0];

    /** The values of the last chunk, which is the one being written. */
    private int[] last = new int[0];

    public IntColumn() {
        this(0);
    }

    /**
     * A column of which not every row is written.
     *
     * @param unwritten the value of rows that are not
     */
    IntColumn(int unwritten) {
        this.unwritten = unwritten;
    }

    /** Writes a value; rows are written in ascending order, and the last may be written again. */
    public void set(int row, int value) {
        int chunk = row >>> Chunks.BITS;
        if (chunk >= chunks.length) {
            grow(chunk);
        }
        last[row & Chunks.MASK] = value;
    }

    public int get(int row) {
        PackedChunk[] current = chunks;
        int chunk = row >>> Chunks.BITS;
        return chunk < current.length ? (int) current[chunk].get(row) : unwritten;
    }

    /** Heap bytes of the values. */
    public long bytes() {
        return Arrays.stream(chunks).mapToLong(PackedChunk::heapBytes).sum();
    }

    private void grow(int chunk) {
        PackedChunk[] grown = Arrays.copyOf(chunks, chunk + 1);
        if (chunks.length > 0) {
            long[] full = Arrays.stream(last).asLongStream().toArray();
            grown[chunks.length - 1] = PackedChunk.pack(full);
        }
        Arrays.fill(grown, chunks.length, chunk, PackedChunk.repeated(unwritten));
        last = new int[Chunks.ROWS];
        Arrays.fill(last, unwritten);
        grown[chunk] = PackedChunk.of(last);
        chunks = grown;
    }
}
