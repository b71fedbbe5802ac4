package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.Stream;
import io.omendb.gpu.exact.ListedRows;
import io.omendb.gpu.exact.RerankRequest;
import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.search.TopK;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Comparing listed rows: the GPU for batches of queries, one thread of the processor for each. */
final class GpuRerankRun {
    private static final int[] CANDIDATES = {100, 400, 1000, 4000};
    private static final int[] BATCHES = {1, 4, 16, 64, 256};
    private static final int WARMUPS = 20;
    private static final long WARMUP_NS = 300_000_000L;
    private static final int HOST_ROWS_MAX = 1 << 20;
    private static final long SEED = 3;

    private final CudaContext context;
    private final GpuRows data;
    private final boolean l2;
    private final int k;
    private final int runs;

    GpuRerankRun(CudaContext context, GpuRows data, boolean l2, int k, int runs) {
        this.context = context;
        this.data = data;
        this.l2 = l2;
        this.k = k;
        this.runs = runs;
    }

    void run(PrintWriter out, ArrayNode points) {
        int hostRows = Math.min(HOST_ROWS_MAX, data.rows());
        float[] vectors = new float[hostRows * data.dimension()];
        GpuRows.fill(0, hostRows, data.dimension(), vectors);
        Random random = new Random(SEED);
        try (Stream stream = context.stream();
                ListedRows listed = new ListedRows(context, stream)) {
            out.printf(
                    "re-rank, microseconds: %s%n",
                    "GPU for the whole batch; one thread of the processor, a query");
            out.printf("%10s %8s %12s %12s %16s%n", "candidates", "batch", "GPU", "CPU, each", "");
            for (int candidates : CANDIDATES) {
                double host = host(vectors, hostRows, candidates, random);
                for (int batch : BATCHES) {
                    double gpu = device(listed, candidates, batch, random);
                    out.printf(
                            "%10d %8d %12.1f %12.1f %16s%n",
                            candidates,
                            batch,
                            gpu,
                            host,
                            gpu < host * batch ? "GPU is faster" : "");
                    out.flush();
                    points.addObject()
                            .put("candidates", candidates)
                            .put("batch", batch)
                            .put("gpu_us", gpu)
                            .put("cpu_us_each", host);
                }
            }
        }
    }

    private double device(ListedRows listed, int candidates, int batch, Random random) {
        double[] micros = new double[runs];
        long warm = System.nanoTime() + WARMUP_NS;
        for (int run = -WARMUPS; run < runs; run += System.nanoTime() < warm && run == -1 ? 0 : 1) {
            List<RerankRequest> requests = new ArrayList<>(batch);
            for (int q = 0; q < batch; q++) {
                int[] rows =
                        random.ints(candidates, 0, data.table().segments().get(0).rows()).toArray();
                requests.add(new RerankRequest(data.query(q), k, rows));
            }
            long start = System.nanoTime();
            List<?> found = listed.run(data.table(), l2, requests);
            if (run >= 0) {
                micros[run] = (System.nanoTime() - start) / 1e3;
            }
            if (found.size() != batch) {
                throw new IllegalStateException("answers of " + found.size() + " queries");
            }
        }
        Arrays.sort(micros);
        return micros[runs / 2];
    }

    private double host(float[] vectors, int rows, int candidates, Random random) {
        DistanceKernel kernel = Kernels.active();
        int dimension = data.dimension();
        float[] query = data.query(0);
        int measured = runs * 20;
        double[] micros = new double[measured];
        for (int run = -WARMUPS * 20; run < measured; run++) {
            int[] listed = random.ints(candidates, 0, rows).toArray();
            long start = System.nanoTime();
            TopK top = new TopK(k);
            for (int row : listed) {
                float score =
                        l2
                                ? kernel.squaredL2(query, 0, vectors, row * dimension, dimension)
                                : -kernel.dot(query, 0, vectors, row * dimension, dimension);
                top.offer(score, row);
            }
            if (run >= 0) {
                micros[run] = (System.nanoTime() - start) / 1e3;
            }
        }
        Arrays.sort(micros);
        return micros[measured / 2];
    }
}
