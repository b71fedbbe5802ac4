package io.omendb.gpu.resident;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.Kernel;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.index.segment.Tombstones;
import java.nio.FloatBuffer;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * Copies vectors to the device and codes them there, on streams of its own beside searches. Two
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
    private float[] vectors = new float[0];
    private volatile boolean stopped;

    /** Streams and buffers on a context that the thread uses. */
    public Uploader(CudaContext context) {
        this.stream = context.stream();
        this.memoryStream = context.memory();
        this.copies = new Stream[] {context.stream(), context.stream()};
        this.encode = context.kernel("encode");
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
        ResidentSegment segment = open(layout, rows, rows, l2, tombstones);
        try {
            if (append(segment, rows, l2, source)) {
                return segment;
            }
            segment.close();
            return null;
        } catch (RuntimeException e) {
            segment.close();
            throw e;
        }
    }

    /**
     * Takes memory for rows to come.
     *
     * @param capacity rows there is room for at first
     * @param rowsMax rows there may be in the end
     */
    public ResidentSegment open(
            Layout layout, int capacity, int rowsMax, boolean l2, Tombstones tombstones) {
        SegmentMemory memory =
                SegmentMemory.allocate(memoryStream, layout, capacity, Math.max(capacity, rowsMax));
        try {
            memory.dead().fill(0, (byte) 0, layout.deadBytes(memory.rowsMax()));
            memory.bounds().fill(0, (byte) 0, Bounds.BYTES);
            // Memory is there from here on for every stream.
            memoryStream.await();
            encode(layout, memory, 0, 0, Layout.tiles(capacity) * Layout.TILE_ROWS, l2);
            stream.await();
            return new ResidentSegment(layout, tombstones, memory);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    /** The same rows with more room. The old segment stays as it is. */
    public ResidentSegment grow(ResidentSegment old, int capacity, boolean l2) {
        Layout layout = old.layout();
        ResidentSegment grown =
                open(layout, capacity, old.memory().rowsMax(), l2, old.tombstones());
        try {
            SegmentMemory from = old.memory();
            SegmentMemory to = grown.memory();
            int rows = old.rows();
            to.vectors().copyFrom(from.vectors(), layout.vectorBytes(rows), stream);
            to.codes().copyFrom(from.codes(), layout.codeBytes(rows), stream);
            to.scales().copyFrom(from.scales(), layout.scaleBytes(rows), stream);
            to.bounds().copyFrom(from.bounds(), Bounds.BYTES, stream);
            stream.await();
            grown.publish(rows, old.bounds());
            return grown;
        } catch (RuntimeException e) {
            grown.close();
            throw e;
        }
    }

    /**
     * Adds the next rows, and makes them visible.
     *
     * @param all rows there will be then, at most the segment's capacity
     * @return false where a score of such vectors would leave the range of floats: nothing is added
     */
    public boolean append(ResidentSegment segment, int all, boolean l2, Source source) {
        Layout layout = segment.layout();
        int first = segment.rows();
        copy(layout, first, all, source, segment.memory());
        encode(layout, segment.memory(), first, all, all, l2);
        segment.memory().bounds().read(0, answer, 0, Bounds.BYTES, stream);
        stream.await();
        Bounds largest =
                new Bounds(
                        answer.bytes().getFloat(0),
                        answer.bytes().getFloat(Float.BYTES),
                        answer.bytes().getFloat(2 * Float.BYTES));
        if (!largest.areUsable()) {
            return false;
        }
        segment.publish(all, largest);
        return true;
    }

    private void encode(
            Layout layout, SegmentMemory memory, int first, int rows, int end, boolean l2) {
        if (end > first) {
            encode.arguments()
                    .add(memory.vectors())
                    .add(layout.stride())
                    .add(layout.dimension())
                    .add(first)
                    .add(rows)
                    .add(end)
                    .add(l2 ? 1 : 0)
                    .add(memory.codes())
                    .add(memory.scales())
                    .add(memory.bounds())
                    .launch(
                            Math.min(ENCODE_BLOCKS_MAX, (end - first + WARPS - 1) / WARPS),
                            THREADS,
                            stream);
        }
    }

    private void copy(Layout layout, int first, int end, Source source, SegmentMemory memory) {
        int rowBytes = layout.stride() * Float.BYTES;
        int chunk = Math.max(1, CHUNK_BYTES / rowBytes);
        staging[0].reserve((long) chunk * rowBytes);
        staging[1].reserve((long) chunk * rowBytes);
        if (vectors.length < chunk * layout.dimension()) {
            vectors = new float[chunk * layout.dimension()];
        }
        int turn = 0;
        for (int row = first; row < end; row += chunk) {
            int count = Math.min(chunk, end - row);
            if (stopped) {
                throw new CancellationException("closing");
            }
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

    /** Ends the copy that is under way with a {@link CancellationException}. Any thread may ask. */
    void stop() {
        stopped = true;
    }

    @Override
    public void close() {
        stream.await();
        staging[0].close();
        staging[1].close();
        answer.close();
        copies[0].close();
        copies[1].close();
        stream.close();
    }
}
