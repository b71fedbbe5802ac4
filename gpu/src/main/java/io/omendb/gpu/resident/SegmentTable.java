package io.omendb.gpu.resident;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * Segments that are searched together, as kernels see them: rows are numbered through all of them,
 * each segment starting at a whole tile. The last one may still get rows. Used by the search
 * thread.
 *
 * <pre>
 * byte 0    largest error, norm and |x|² over all segments, 3 floats, and tiles that have rows (struct
 *           Bounds)
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
    private final PinnedBuffer staging;
    private Bounds bounds = Bounds.NONE;
    private int tilesWritten = -1;

    private SegmentTable(
            List<ResidentSegment> segments,
            int[] firstTiles,
            DeviceBuffer memory,
            PinnedBuffer staging) {
        this.segments = segments;
        this.firstTiles = firstTiles;
        this.memory = memory;
        this.staging = staging;
    }

    /** Writes the table of some segments of one layout to the device. */
    public static SegmentTable of(List<ResidentSegment> segments, Stream stream) {
        int bytes = HEAD_BYTES + segments.size() * SEGMENT_BYTES;
        int[] firstTiles = new int[segments.size() + 1];
        DeviceBuffer memory = DeviceBuffer.of(stream, bytes);
        PinnedBuffer staging = new PinnedBuffer();
        try {
            staging.reserve(bytes);
            int last = segments.size() - 1;
            for (int i = 0; i <= last; i++) {
                ResidentSegment segment = segments.get(i);
                int rows = i == last ? segment.capacity() : segment.rows();
                write(
                        segment,
                        rows,
                        firstTiles[i],
                        staging.bytes(),
                        HEAD_BYTES + i * SEGMENT_BYTES);
                firstTiles[i + 1] = Math.addExact(firstTiles[i], Layout.tiles(rows));
            }
            memory.write(HEAD_BYTES, staging, HEAD_BYTES, (long) segments.size() * SEGMENT_BYTES);
            stream.await();
            SegmentTable table = new SegmentTable(segments, firstTiles, memory, staging);
            table.refresh();
            return table;
        } catch (RuntimeException e) {
            memory.close();
            staging.close();
            throw e;
        }
    }

    /** Tells the device of rows that the last segment got. No search of the table is under way. */
    public void refresh() {
        int last = segments.size() - 1;
        int tiles = firstTiles[last] + Layout.tiles(segments.get(last).rows());
        Bounds largest = Bounds.NONE;
        for (ResidentSegment segment : segments) {
            largest = largest.max(segment.bounds());
        }
        if (tiles != tilesWritten || !largest.equals(bounds)) {
            staging.bytes()
                    .putFloat(0, largest.error())
                    .putFloat(Float.BYTES, largest.norm())
                    .putFloat(2 * Float.BYTES, largest.squaredNorm())
                    .putInt(3 * Float.BYTES, tiles);
            memory.write(0, staging, 0, Bounds.BYTES);
            tilesWritten = tiles;
            bounds = largest;
        }
    }

    private static void write(
            ResidentSegment segment, int rows, int firstTile, ByteBuffer into, int at) {
        SegmentMemory from = segment.memory();
        into.putLong(at, from.vectors().address())
                .putLong(at + 8, from.codes().address())
                .putLong(at + 16, from.scales().address())
                .putLong(at + 24, from.dead().address())
                .putLong(at + 32, from.deaths().address())
                .putInt(at + 40, firstTile)
                .putInt(at + 44, Layout.tiles(rows))
                .putInt(at + 48, rows);
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

    /** Tiles of one segment. */
    public int tiles(int segment) {
        return firstTiles[segment + 1] - firstTiles[segment];
    }

    /** Tiles of all segments, those that the last one has room for included. */
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
        staging.close();
    }
}
