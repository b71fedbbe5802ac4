package io.omendb.index.column;

import java.util.Arrays;

/**
 * An append-only column of long values in chunks. Written by one thread; a reader may look at any
 * row below a row count it learnt through a volatile field that was written after the append.
 * Growth adds chunks and packs the one before; whoever still holds that reads the same values.
 */
public final class LongColumn {
    private volatile PackedChunk[] chunks = new PackedChunk[0];

    /** The values of the last chunk, which is the one being written. */
    private long[] last = new long[0];

    /** Writes a value; rows are written in ascending order, and the last may be written again. */
    public void set(int row, long value) {
        int chunk = row >>> Chunks.BITS;
        if (chunk >= chunks.length) {
            grow(chunk);
        }
        last[row & Chunks.MASK] = value;
    }

    public long get(int row) {
        return chunks[row >>> Chunks.BITS].get(row);
    }

    /** Heap bytes of the values. */
    public long bytes() {
        return Arrays.stream(chunks).mapToLong(PackedChunk::heapBytes).sum();
    }

    private void grow(int chunk) {
        PackedChunk[] grown = Arrays.copyOf(chunks, chunk + 1);
        if (chunks.length > 0) {
            grown[chunks.length - 1] = PackedChunk.pack(last);
        }
        Arrays.fill(grown, chunks.length, chunk, PackedChunk.repeated(0));
        last = new long[Chunks.ROWS];
        grown[chunk] = PackedChunk.of(last);
        chunks = grown;
    }
}
