package io.omendb.gpu;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.exact.ExactSearch;
import io.omendb.gpu.exact.ListedRows;
import io.omendb.gpu.exact.RerankRequest;
import io.omendb.gpu.exact.SearchRequest;
import io.omendb.gpu.resident.Layout;
import io.omendb.gpu.resident.ResidentSegment;
import io.omendb.gpu.resident.SegmentTable;
import io.omendb.gpu.resident.Uploader;
import io.omendb.index.device.CostModel;
import io.omendb.index.device.DeviceException;
import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.segment.Tombstones;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Measures, in some tenths of a second, what searches cost here and there. Rough on purpose: a
 * search that costs the same on both may run on either.
 */
final class Calibration {
    private static final int DIMENSION = 128;
    private static final int ROWS = 1 << 16;
    private static final int LISTED = 128;
    private static final int RUNS = 15;

    /** Until then the JVM interprets. */
    private static final long WARMUP_NANOS = 100_000_000;

    private static final long COPY_BYTES = 256L << 20;

    /** Handing a search to another thread and the answer back. */
    private static final double HAND_OVER_MICROS = 30;

    /** What a scan reaches of the rate of a copy. */
    private static final double SCAN_SHARE = 0.85;

    private Calibration() {}

    static CostModel run(CudaContext context) throws DeviceException {
        context.use();
        float[] vectors = new float[ROWS * DIMENSION];
        Random random = new Random(1);
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = random.nextFloat();
        }
        float[] query = Arrays.copyOf(vectors, DIMENSION);
        try (Stream stream = context.stream();
                Uploader uploader = new Uploader(context);
                ExactSearch exact = new ExactSearch(context, stream);
                ListedRows listed = new ListedRows(context, stream);
                ResidentSegment segment = upload(uploader, vectors);
                SegmentTable table = SegmentTable.of(List.of(segment), stream)) {
            SearchRequest search = new SearchRequest(query, 10, 0, ROWS, null);
            double searchMicros = medianMicros(() -> exact.run(table, true, List.of(search)));
            double few = medianMicros(() -> listed.run(table, true, List.of(some(query, LISTED))));
            double all = medianMicros(() -> listed.run(table, true, List.of(some(query, ROWS))));
            double rowBytes = DIMENSION * Float.BYTES;
            return new CostModel(
                    searchMicros + HAND_OVER_MICROS,
                    copyBytesPerMicro(stream) * SCAN_SHARE,
                    few + HAND_OVER_MICROS,
                    (ROWS - LISTED) * rowBytes / Math.max(1, all - few),
                    hostBytesPerMicro(query, vectors, 1),
                    hostBytesPerMicro(query, vectors, 7919));
        }
    }

    private static ResidentSegment upload(Uploader uploader, float[] vectors)
            throws DeviceException {
        ResidentSegment segment =
                uploader.upload(
                        new Layout(DIMENSION),
                        ROWS,
                        true,
                        (first, rows, into) ->
                                System.arraycopy(
                                        vectors, first * DIMENSION, into, 0, rows * DIMENSION),
                        new Tombstones());
        if (segment == null) {
            throw new DeviceException("random vectors were refused");
        }
        return segment;
    }

    private static RerankRequest some(float[] query, int count) {
        int[] rows = new int[count];
        for (int i = 0; i < count; i++) {
            rows[i] = (int) ((long) i * ROWS / count);
        }
        return new RerankRequest(query, 10, rows);
    }

    private static double copyBytesPerMicro(Stream stream) {
        try (DeviceBuffer from = DeviceBuffer.of(stream, COPY_BYTES);
                DeviceBuffer to = DeviceBuffer.of(stream, COPY_BYTES)) {
            double micros =
                    medianMicros(
                            () -> {
                                to.copyFrom(from, COPY_BYTES);
                                stream.await();
                            });
            return 2 * COPY_BYTES / micros;
        }
    }

    private static double hostBytesPerMicro(float[] query, float[] vectors, int step) {
        DistanceKernel kernel = Kernels.active();
        float[] kept = new float[1];
        double micros =
                medianMicros(
                        () -> {
                            float sum = 0;
                            int row = 0;
                            for (int i = 0; i < ROWS; i++) {
                                sum +=
                                        kernel.squaredL2(
                                                query, 0, vectors, row * DIMENSION, DIMENSION);
                                row = (row + step) & (ROWS - 1);
                            }
                            kept[0] = sum;
                        });
        return (double) ROWS * DIMENSION * Float.BYTES / micros;
    }

    private static double medianMicros(Runnable work) {
        double[] micros = new double[RUNS];
        long warm = System.nanoTime() + WARMUP_NANOS;
        do {
            work.run();
        } while (System.nanoTime() < warm);
        for (int i = 0; i < RUNS; i++) {
            long start = System.nanoTime();
            work.run();
            micros[i] = (System.nanoTime() - start) / 1000.0;
        }
        Arrays.sort(micros);
        return micros[RUNS / 2];
    }
}
