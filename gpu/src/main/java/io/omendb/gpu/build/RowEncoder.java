package io.omendb.gpu.build;

import io.omendb.gpu.build.IndexKernels.Rows;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.index.background.Pace;
import io.omendb.index.ivf.GrowingLists;
import io.omendb.index.ivf.ListsBuilder.VectorSource;
import java.nio.FloatBuffer;

/**
 * Sends rows through the device a chunk at a time: while one chunk is on its way there and back,
 * the next is read and the one before is put into lists. Used by one thread.
 */
final class RowEncoder implements AutoCloseable {
    private static final int CELLS_TRIED = 3;
    private static final int CHUNK_BYTES = 2 << 20;

    private final IndexKernels kernels;
    private final DeviceCodebook codebook;
    private final int dimension;
    private final int padded;

    /** Ints of a row's entry: its code, square and slope. */
    private final int fields;

    private final int chunkRows;
    private final Chunk[] chunks;
    private final int[] lists;
    private final int[] entries;

    /**
     * An encoder.
     *
     * @param streams two, one for each chunk on its way
     */
    RowEncoder(IndexKernels kernels, DeviceCodebook codebook, Stream[] streams) {
        this.kernels = kernels;
        this.codebook = codebook;
        this.dimension = codebook.rotation().dimension();
        this.padded = codebook.rotation().paddedDimension();
        this.fields = padded / Integer.SIZE + 2;
        this.chunkRows = Math.max(1, CHUNK_BYTES / (padded * Float.BYTES));
        this.lists = new int[chunkRows];
        this.entries = new int[chunkRows * fields];
        this.chunks = new Chunk[] {new Chunk(streams[0]), new Chunk(streams[1])};
    }

    /** Assigns and encodes rows 0 to {@code rows}, exclusive. */
    void encode(int rows, VectorSource vectors, GrowingLists into) {
        float[] vector = new float[dimension];
        int turn = 0;
        for (int first = 0; first < rows; first += chunkRows) {
            Chunk chunk = chunks[turn];
            chunk.finish(into);
            chunk.fill(first, Math.min(chunkRows, rows - first), vectors, vector);
            chunk.start();
            turn ^= 1;
        }
        chunks[turn].finish(into);
        chunks[turn ^ 1].finish(into);
    }

    @Override
    public void close() {
        chunks[0].close();
        chunks[1].close();
    }

    /** Rows on their way, with memory of their own. */
    private final class Chunk {
        private final Stream stream;
        private final PinnedBuffer there = new PinnedBuffer();
        private final PinnedBuffer back = new PinnedBuffer();
        private final DeviceBuffer vectors;
        private final DeviceBuffer rotated;
        private final DeviceBuffer cells;
        private final DeviceBuffer laneOf;
        private final DeviceBuffer encoded;
        private int first;
        private int count;

        Chunk(Stream stream) {
            this.stream = stream;
            this.vectors = new DeviceBuffer(stream);
            this.rotated = new DeviceBuffer(stream);
            this.cells = new DeviceBuffer(stream);
            this.laneOf = new DeviceBuffer(stream);
            this.encoded = new DeviceBuffer(stream);
        }

        void fill(int firstRow, int rows, VectorSource source, float[] vector) {
            reserve();
            first = firstRow;
            count = rows;
            FloatBuffer into = there.bytes().asFloatBuffer();
            for (int i = 0; i < rows; i++) {
                source.read(firstRow + i, vector);
                codebook.centre(vector);
                into.put(i * dimension, vector);
                Pace.step();
            }
        }

        private void reserve() {
            there.reserve((long) chunkRows * dimension * Float.BYTES);
            back.reserve((long) chunkRows * (fields + 1) * Integer.BYTES);
            vectors.reserveExactly((long) chunkRows * dimension * Float.BYTES);
            rotated.reserveExactly((long) chunkRows * padded * Float.BYTES);
            cells.reserveExactly((long) chunkRows * CELLS_TRIED * Integer.BYTES);
            laneOf.reserveExactly((long) chunkRows * Integer.BYTES);
            encoded.reserveExactly((long) chunkRows * fields * Integer.BYTES);
        }

        void start() {
            vectors.write(0, there, 0, (long) count * dimension * Float.BYTES);
            kernels.rotate(vectors, codebook.rotation(), count, rotated, stream);
            Rows rows = new Rows(rotated, padded, null, count);
            kernels.nearestThree(rows, codebook.cells(), cells, stream);
            kernels.nearest(rows, cells, CELLS_TRIED, codebook.lists(), laneOf, stream);
            kernels.encode(
                    rows, codebook.listInLane(), codebook.centroids(), laneOf, encoded, stream);
            laneOf.read(0, back, 0, (long) count * Integer.BYTES);
            encoded.read(
                    0,
                    back,
                    (long) chunkRows * Integer.BYTES,
                    (long) count * fields * Integer.BYTES);
        }

        /** Puts rows that are on their way into lists. */
        void finish(GrowingLists into) {
            if (count == 0) {
                return;
            }
            stream.await();
            back.bytes().asIntBuffer().get(0, lists, 0, count);
            back.bytes().asIntBuffer().get(chunkRows, entries, 0, count * fields);
            into.addEncoded(first, count, lists, entries);
            count = 0;
            Pace.step();
        }

        void close() {
            // A copy may still be under way where something failed.
            stream.await();
            there.close();
            back.close();
            vectors.close();
            rotated.close();
            cells.close();
            laneOf.close();
            encoded.close();
        }
    }
}
