package io.omendb.gpu.resident;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Kernel;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.index.segment.Tombstones;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Copies vectors to the device and codes them there, on a stream of its own beside searches. Two
 * buffers take turns: one is filled while the other is on its way. Used by one thread.
 */
public final class Uploader implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int THREADS = 256;
    private static final int WARPS = THREADS / 32;
    private static final int ENCODE_BLOCKS_MAX = 1 << 14;

    private final Stream stream;
    private final Stream memoryStream;
    private final Stream[] copies;
    private final Kernel encode;
    private final PinnedBuffer[] staging = {new PinnedBuffer(), new PinnedBuffer()};
    private final PinnedBuffer answer = new PinnedBuffer();
    private final DeviceBuffer bounds;
    private float[] vectors = new float[0];

    /** Streams and buffers on a context that the thread uses. */
    public Uploader(CudaContext context) {
        this.stream = context.stream();
        this.memoryStream = context.memory();
        this.copies = new Stream[] {context.stream(), context.stream()};
        this.encode = context.kernel("encode");
        this.bounds = DeviceBuffer.of(stream, Bounds.BYTES);
        this.answer.reserve(Bounds.BYTES);
    }

    /** Where vectors come from. */
    public interface Source {
        /** Copies the vectors of some rows into an array, end to end. */
        void read(int firstRow, int rows, float[] into);
    }

    /**
     * Copies vectors and codes them.
     *
     * @param l2 whether they will be compared by Euclidean distance
     * @return null where a score of such vectors would leave the range of floats
     */
    public @Nullable ResidentSegment upload(
            Layout layout, int rows, boolean l2, Source source, Tombstones tombstones) {
        SegmentMemory memory = SegmentMemory.allocate(memoryStream, layout, rows);
        try {
            memory.dead().fill(0, (byte) 0, layout.deadBytes(rows));
            // Memory is there from here on for every stream.
            memoryStream.await();
            copy(layout, rows, source, memory);
            bounds.fill(0, (byte) 0, Bounds.BYTES);
            int tiles = Layout.tiles(rows);
            encode.arguments()
                    .add(memory.vectors())
                    .add(layout.stride())
                    .add(layout.dimension())
                    .add(rows)
                    .add(tiles)
                    .add(l2 ? 1 : 0)
                    .add(memory.codes())
                    .add(memory.scales())
                    .add(bounds)
                    .launch(
                            Math.min(ENCODE_BLOCKS_MAX, tiles * Layout.TILE_ROWS / WARPS),
                            THREADS,
                            stream);
            bounds.read(0, answer, 0, Bounds.BYTES);
            stream.await();
            Bounds found =
                    new Bounds(
                            answer.bytes().getFloat(0),
                            answer.bytes().getFloat(Float.BYTES),
                            answer.bytes().getFloat(2 * Float.BYTES));
            if (!found.areFinite()) {
                memory.close();
                return null;
            }
            return new ResidentSegment(layout, rows, tombstones, found, memory);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    private void copy(Layout layout, int rows, Source source, SegmentMemory memory) {
        int stride = layout.stride();
        int rowBytes = stride * Float.BYTES;
        int chunk = Math.max(1, CHUNK_BYTES / rowBytes);
        staging[0].reserve((long) chunk * rowBytes);
        staging[1].reserve((long) chunk * rowBytes);
        if (vectors.length < chunk * layout.dimension()) {
            vectors = new float[chunk * layout.dimension()];
        }
        int turn = 0;
        for (int row = 0; row < rows; row += chunk) {
            int count = Math.min(chunk, rows - row);
            copies[turn].await();
            source.read(row, count, vectors);
            put(layout, count, staging[turn].bytes().asFloatBuffer());
            memory.vectors()
                    .write(
                            (long) row * rowBytes,
                            staging[turn],
                            0,
                            (long) count * rowBytes,
                            copies[turn]);
            turn ^= 1;
        }
        copies[0].await();
        copies[1].await();
    }

    private void put(Layout layout, int count, FloatBuffer into) {
        int dimension = layout.dimension();
        if (layout.stride() == dimension) {
            into.put(0, vectors, 0, count * dimension);
            return;
        }
        for (int i = 0; i < count; i++) {
            into.put(i * layout.stride(), vectors, i * dimension, dimension);
            for (int d = dimension; d < layout.stride(); d++) {
                into.put(i * layout.stride() + d, 0);
            }
        }
    }

    @Override
    public void close() {
        bounds.close();
        stream.await();
        staging[0].close();
        staging[1].close();
        answer.close();
        copies[0].close();
        copies[1].close();
        stream.close();
    }
}
