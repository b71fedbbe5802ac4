package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.resident.Layout;
import io.omendb.gpu.resident.ResidentSegment;
import io.omendb.gpu.resident.SegmentTable;
import io.omendb.gpu.resident.Uploader;
import io.omendb.index.segment.Tombstones;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import me.tongfei.progressbar.ProgressBar;

/**
 * Random rows on the GPU. Nothing is kept in this process: a row's components, normal but for their
 * tails (the sum of four uniform numbers), follow from its number.
 */
final class GpuRows implements AutoCloseable {
    private static final long SEED = 20;
    private static final double SCALE = Math.sqrt(3);

    private final int dimension;
    private final List<ResidentSegment> segments;
    private final Stream stream;
    private final SegmentTable table;
    private final double seconds;

    private GpuRows(
            int dimension,
            List<ResidentSegment> segments,
            Stream stream,
            SegmentTable table,
            double seconds) {
        this.dimension = dimension;
        this.segments = segments;
        this.stream = stream;
        this.table = table;
        this.seconds = seconds;
    }

    static GpuRows upload(CudaContext context, int rows, int dimension, int parts, boolean l2) {
        long start = System.nanoTime();
        Stream stream = context.stream();
        List<ResidentSegment> segments = new ArrayList<>();
        try (Uploader uploader = new Uploader(context);
                ProgressBar bar = Progress.start("Uploading", rows)) {
            for (int i = 0; i < parts; i++) {
                int first = (int) ((long) rows * i / parts);
                int count = (int) ((long) rows * (i + 1) / parts) - first;
                ResidentSegment segment =
                        uploader.upload(
                                new Layout(dimension),
                                count,
                                l2,
                                (from, n, into) -> fill(first + from, n, dimension, into),
                                new Tombstones());
                if (segment == null) {
                    throw new OmenException(ErrorCode.INTERNAL, "random rows were refused");
                }
                segments.add(segment);
                bar.stepTo(first + count);
            }
        }
        SegmentTable table = SegmentTable.of(segments, stream);
        return new GpuRows(dimension, segments, stream, table, (System.nanoTime() - start) / 1e9);
    }

    /** The components of some rows, by all processors. */
    static void fill(int first, int count, int dimension, float[] into) {
        IntStream.range(0, count)
                .parallel()
                .forEach(i -> row(first + i, dimension, into, i * dimension));
    }

    private static void row(int number, int dimension, float[] into, int offset) {
        SplittableRandom random = new SplittableRandom(SEED + number * 0x9E3779B97F4A7C15L);
        for (int d = 0; d < dimension; d++) {
            long bits = random.nextLong();
            double sum =
                    (bits & 0xffff)
                            + (bits >>> 16 & 0xffff)
                            + (bits >>> 32 & 0xffff)
                            + (bits >>> 48);
            into[offset + d] = (float) ((sum / 65536 - 2) * SCALE);
        }
    }

    /** A query, like the rows but none of them. */
    float[] query(int number) {
        float[] query = new float[dimension];
        row(-1 - number, dimension, query, 0);
        return query;
    }

    int rows() {
        return segments.stream().mapToInt(ResidentSegment::rows).sum();
    }

    int dimension() {
        return dimension;
    }

    SegmentTable table() {
        return table;
    }

    /** Number of the first row of the table that is not there. */
    long limit() {
        int last = segments.size() - 1;
        return table.firstRow(last) + segments.get(last).rows();
    }

    /** The number of a row as {@link #fill} has it. */
    int number(long row) {
        int segment = table.segmentOf(row);
        int before = 0;
        for (int i = 0; i < segment; i++) {
            before += segments.get(i).rows();
        }
        return before + (int) (row - table.firstRow(segment));
    }

    /** Bytes that a scan reads at least: codes and two floats a row. */
    long scanBytes() {
        long perRow = table.layout().codeBytes() + 2L * Float.BYTES;
        return (long) table.tiles() * Layout.TILE_ROWS * perRow;
    }

    String summary() {
        long bytes = segments.stream().mapToLong(ResidentSegment::bytes).sum();
        return String.format(
                "%,d x %d in %d segments, %.2f GB; made, copied and coded in %.1f s (%,.0f rows/s)",
                rows(), dimension, segments.size(), bytes / 1e9, seconds, rows() / seconds);
    }

    @Override
    public void close() {
        table.close();
        segments.forEach(ResidentSegment::close);
        stream.close();
    }
}
