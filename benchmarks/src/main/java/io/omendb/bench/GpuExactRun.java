package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.exact.ExactSearch;
import io.omendb.gpu.exact.RowList;
import io.omendb.gpu.exact.SearchRequest;
import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.search.TopK;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Exact searches in batches, beside what reading the codes takes at least. */
final class GpuExactRun {
    private static final long COPY_BYTES = 1L << 30;
    private static final int WARMUPS = 5;

    /** Until then the JVM compiles what starts kernels. */
    private static final long WARMUP_NS = 1_000_000_000L;

    private static final int CHUNK_ROWS = 1 << 16;
    private static final double TOLERANCE = 1e-4;

    private final CudaContext context;
    private final GpuRows data;
    private final boolean l2;
    private final int k;
    private final int runs;

    GpuExactRun(CudaContext context, GpuRows data, boolean l2, int k, int runs) {
        this.context = context;
        this.data = data;
        this.l2 = l2;
        this.k = k;
        this.runs = runs;
    }

    void run(int[] batches, PrintWriter out, ArrayNode points) {
        try (Stream stream = context.stream();
                ExactSearch exact = new ExactSearch(context, stream)) {
            double copy = copyBytesPerSecond(stream);
            out.printf(
                    "copy within the device: %.0f GB/s; a scan reads %.3f GB, floats would be %.3f GB%n",
                    copy / 1e9,
                    data.scanBytes() / 1e9,
                    (double) data.rows() * data.dimension() * Float.BYTES / 1e9);
            checkFirst(exact, out);
            out.printf(
                    "%8s %12s %12s %14s %12s %10s %12s%n",
                    "batch",
                    "median ms",
                    "p99 ms",
                    "queries/s",
                    "GB/s read",
                    "of copy",
                    "candidates");
            for (int batch : batches) {
                measure(exact, batch, copy, out, points);
            }
        }
    }

    private void measure(
            ExactSearch exact, int batch, double copy, PrintWriter out, ArrayNode points) {
        double[] ms = new double[runs];
        long before = 0;
        long warm = System.nanoTime() + WARMUP_NS;
        while (System.nanoTime() < warm) {
            List<RowList> unused = exact.run(data.table(), l2, requests(batch, 0));
        }
        for (int run = -WARMUPS; run < runs; run++) {
            List<SearchRequest> requests = requests(batch, run);
            if (run == 0) {
                before = exact.candidatesFound();
            }
            long start = System.nanoTime();
            List<RowList> found = exact.run(data.table(), l2, requests);
            if (run >= 0) {
                ms[run] = (System.nanoTime() - start) / 1e6;
            }
            if (found.size() != batch) {
                throw new IllegalStateException("answers of " + found.size() + " queries");
            }
        }
        Arrays.sort(ms);
        double median = ms[runs / 2];
        double p99 = ms[Math.min(runs - 1, (int) (runs * 0.99))];
        double rate = data.scanBytes() / median * 1e3;
        double candidates = (double) (exact.candidatesFound() - before) / runs / batch;
        out.printf(
                "%8d %12.3f %12.3f %,14.0f %12.0f %9.0f%% %12.0f%n",
                batch,
                median,
                p99,
                batch / median * 1e3,
                rate / 1e9,
                100 * rate / copy,
                candidates);
        out.flush();
        points.addObject()
                .put("batch", batch)
                .put("median_ms", median)
                .put("p99_ms", p99)
                .put("queries_per_s", batch / median * 1e3)
                .put("bytes_per_s", rate)
                .put("share_of_copy", rate / copy)
                .put("candidates", candidates);
    }

    /** Fresh queries in every run. */
    private List<SearchRequest> requests(int batch, int run) {
        List<SearchRequest> requests = new ArrayList<>(batch);
        for (int q = 0; q < batch; q++) {
            requests.add(
                    new SearchRequest(
                            data.query((run + WARMUPS) * batch + q), k, 0, data.limit(), null));
        }
        return requests;
    }

    /** The first query's answer must be that of comparing all rows on the processor. */
    private void checkFirst(ExactSearch exact, PrintWriter out) {
        float[] query = data.query(0);
        RowList found =
                exact.run(
                                data.table(),
                                l2,
                                List.of(new SearchRequest(query, k, 0, data.limit(), null)))
                        .get(0);
        TopK top = new TopK(k);
        DistanceKernel kernel = Kernels.active();
        int dimension = data.dimension();
        float[] chunk = new float[CHUNK_ROWS * dimension];
        float[] scores = new float[CHUNK_ROWS];
        for (int first = 0; first < data.rows(); first += CHUNK_ROWS) {
            int count = Math.min(CHUNK_ROWS, data.rows() - first);
            GpuRows.fill(first, count, dimension, chunk);
            IntStream.range(0, count)
                    .parallel()
                    .forEach(
                            i ->
                                    scores[i] =
                                            l2
                                                    ? kernel.squaredL2(
                                                            query,
                                                            0,
                                                            chunk,
                                                            i * dimension,
                                                            dimension)
                                                    : -kernel.dot(
                                                            query,
                                                            0,
                                                            chunk,
                                                            i * dimension,
                                                            dimension));
            for (int i = 0; i < count; i++) {
                top.offer(scores[i], first + i);
            }
        }
        float[] expected = new float[top.size()];
        long[] rows = new long[top.size()];
        top.drainAscending(expected, rows);
        int same = 0;
        for (int i = 0; i < rows.length; i++) {
            same += data.number(found.rows()[i]) == rows[i] ? 1 : 0;
            if (Math.abs(found.scores()[i] - expected[i]) > TOLERANCE * Math.abs(expected[i])) {
                throw new OmenException(
                        ErrorCode.INTERNAL,
                        "place "
                                + i
                                + ": the GPU found "
                                + found.scores()[i]
                                + ", the processor "
                                + expected[i]);
            }
        }
        out.printf("checked: %d of %d rows are the processor's%n", same, rows.length);
    }

    private double copyBytesPerSecond(Stream stream) {
        try (DeviceBuffer from = DeviceBuffer.of(stream, COPY_BYTES);
                DeviceBuffer to = DeviceBuffer.of(stream, COPY_BYTES)) {
            from.fill(0, (byte) 1, COPY_BYTES);
            double[] seconds = new double[runs];
            for (int run = -WARMUPS; run < runs; run++) {
                stream.await();
                long start = System.nanoTime();
                to.copyFrom(from, COPY_BYTES);
                stream.await();
                if (run >= 0) {
                    seconds[run] = (System.nanoTime() - start) / 1e9;
                }
            }
            Arrays.sort(seconds);
            return 2 * COPY_BYTES / seconds[runs / 2];
        }
    }
}
