package io.omendb.gpu.resident;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Segments that are searched together, as kernels see them: rows are numbered through all of them,
 * each segment starting at a whole tile. Used by the search thread.
 *
 * <pre>
 * byte 0    largest error, norm and |x|² over all segments, 4 floats (struct Bounds)
 * byte 64   for each segment 64 bytes (struct Segment): addresses of vectors, codes, scales, dead,
 *           deaths; first tile, tiles, rows, three unused words
 * </pre>
 */
public final class SegmentTable implements AutoCloseable {
    private static final int HEAD_BYTES = 64;
    private static final int SEGMENT_BYTES = 64;

    private final List<ResidentSegment> segments;
    private final int[] firstTiles;
    private final DeviceBuffer memory;

    private SegmentTable(List<ResidentSegment> segments, int[] firstTiles, DeviceBuffer memory) {
        this.segments = segments;
        this.firstTiles = firstTiles;
        this.memory = memory;
    }

    /** Writes the table of some segments of one layout to the device. */
    public static SegmentTable of(List<ResidentSegment> segments, Stream stream) {
        int bytes = HEAD_BYTES + segments.size() * SEGMENT_BYTES;
        int[] firstTiles = new int[segments.size() + 1];
        DeviceBuffer memory = DeviceBuffer.of(stream, bytes);
        try (PinnedBuffer staging = new PinnedBuffer()) {
            staging.reserve(bytes);
            Bounds bounds = Bounds.NONE;
            for (int i = 0; i < firstTiles.length - 1; i++) {
                ResidentSegment segment = segments.get(i);
                bounds = bounds.max(segment.bounds());
                write(segment, firstTiles[i], staging.bytes(), HEAD_BYTES + i * SEGMENT_BYTES);
                firstTiles[i + 1] = Math.addExact(firstTiles[i], segment.tiles());
            }
            staging.bytes()
                    .putFloat(0, bounds.error())
                    .putFloat(Float.BYTES, bounds.norm())
                    .putFloat(2 * Float.BYTES, bounds.squaredNorm());
            memory.write(0, staging, 0, bytes);
            stream.await();
            return new SegmentTable(segments, firstTiles, memory);
        } catch (RuntimeException e) {
            memory.close();
            throw e;
        }
    }

    private static void write(ResidentSegment segment, int firstTile, ByteBuffer into, int at) {
        into.putLong(at, segment.vectors().address())
                .putLong(at + 8, segment.codes().address())
                .putLong(at + 16, segment.scales().address())
                .putLong(at + 24, segment.dead().address())
                .putLong(at + 32, segment.deaths().address())
                .putInt(at + 40, firstTile)
                .putInt(at + 44, segment.tiles())
                .putInt(at + 48, segment.rows());
    }

    public List<ResidentSegment> segments() {
        return segments;
    }

    public Layout layout() {
        return segments.get(0).layout();
    }

    /** Address of the maxima. */
    public long bounds() {
        return memory.address();
    }

    /** Address of the segments. */
    public long address() {
        return memory.address() + HEAD_BYTES;
    }

    /** Tiles of all segments. */
    public int tiles() {
        return firstTiles[firstTiles.length - 1];
    }

    /** Number of a segment's first row. */
    public long firstRow(int segment) {
        return (long) firstTiles[segment] * Layout.TILE_ROWS;
    }

    /** The segment's first tile. */
    public int firstTile(int segment) {
        return firstTiles[segment];
    }

    /** Which segment a row is in. */
    public int segmentOf(long row) {
        int tile = (int) (row / Layout.TILE_ROWS);
        int found = Arrays.binarySearch(firstTiles, tile);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public void close() {
        memory.close();
    }
}
