package io.omendb.index.segment;

import io.omendb.index.file.MappedVectors;
import io.omendb.index.file.ReadAhead;
import io.omendb.index.file.SegmentFolder.VectorsContent;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Vectors in chunks on the heap, append-only. Written by one thread; a reader may look at any row
 * below a row count it learnt through a volatile field written after the append.
 */
final class HeapVectors implements AppendedVectors {
    /**
     * An array over half of a G1 region (1 MiB in small heaps) would take a whole region for
     * itself.
     */
    private static final int CHUNK_BYTES = 1 << 18;

    private final int dimension;
    private final int chunkBits;
    private volatile float[][] chunks = new float[0][];

    HeapVectors(int dimension) {
        this.dimension = dimension;
        int rows = Math.max(16, Math.min(4096, CHUNK_BYTES / (dimension * Float.BYTES)));
        this.chunkBits = 31 - Integer.numberOfLeadingZeros(rows);
    }

    @Override
    public void append(int row, float[] vector) {
        int chunk = row >>> chunkBits;
        if (chunk == chunks.length) {
            float[][] grown = Arrays.copyOf(chunks, chunk + 1);
            grown[chunk] = new float[dimension << chunkBits];
            chunks = grown;
        }
        System.arraycopy(vector, 0, chunks[chunk], offsetInChunk(row), dimension);
    }

    @Override
    public VectorsContent content(int rows) {
        return VectorsContent.of(
                dimension, rows, (row, into, offset) -> read(row, 1, into, offset));
    }

    @Override
    public @Nullable MappedVectors mapped() {
        return null;
    }

    @Override
    public void close() {
        // The garbage collector does it.
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public void read(int firstRow, int rows, float[] into, int offset) {
        int done = 0;
        while (done < rows) {
            int row = firstRow + done;
            int run = Math.min(rows - done, chunkRows() - (row & (chunkRows() - 1)));
            System.arraycopy(
                    chunks[row >>> chunkBits],
                    offsetInChunk(row),
                    into,
                    offset + done * dimension,
                    run * dimension);
            done += run;
        }
    }

    @Override
    public void ahead(int row, ReadAhead rowsAhead) {
        rowsAhead.readHeap(chunks[row >>> chunkBits], offsetInChunk(row), dimension);
    }

    @Override
    public VectorCursor cursor() {
        return new HeapCursor();
    }

    @Override
    public long heapBytes() {
        return (long) chunks.length * (dimension << chunkBits) * Float.BYTES;
    }

    private int chunkRows() {
        return 1 << chunkBits;
    }

    private int offsetInChunk(int row) {
        return (row & (chunkRows() - 1)) * dimension;
    }

    private final class HeapCursor implements VectorCursor {
        private float[] array = new float[0];
        private int offset;

        @Override
        public int seek(int row, int limit) {
            array = chunks[row >>> chunkBits];
            offset = offsetInChunk(row);
            return Math.min(limit - row, chunkRows() - (row & (chunkRows() - 1)));
        }

        @Override
        public float[] array() {
            return array;
        }

        @Override
        public int offset() {
            return offset;
        }
    }
}
