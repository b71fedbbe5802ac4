package io.omendb.bench;

import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.search.TopK;
import io.omendb.schema.Metric;
import java.util.Arrays;

/** The exact nearest rows of every query, by comparing all with all. */
final class ExactTruth {
    private final Metric metric;
    private final int dimension;
    private final float[][] queries;
    private final TopK[] nearest;
    private final DistanceKernel kernel = Kernels.active();

    private ExactTruth(Metric metric, float[][] queries, int k) {
        this.metric = metric;
        this.dimension = queries[0].length;
        this.queries = queries;
        this.nearest = new TopK[queries.length];
        Arrays.setAll(nearest, query -> new TopK(k));
    }

    /**
     * Reads the base once and compares each block with all queries, spread over threads.
     *
     * @return per query the k nearest rows, nearest first, ties to the smaller row
     */
    static int[][] compute(
            VectorSet base, float[][] queries, int k, Metric metric, Workers workers) {
        ExactTruth truth = new ExactTruth(metric, queries, k);
        base.forEachBlock(
                "Exact truth",
                (firstRow, rows, vectors) -> {
                    float[] norms = truth.inverseNorms(rows, vectors);
                    workers.forEach(
                            queries.length,
                            query -> truth.compare(query, firstRow, rows, vectors, norms));
                });
        int[][] ids = new int[queries.length][];
        Arrays.setAll(ids, query -> drain(truth.nearest[query]));
        return ids;
    }

    /** A query's own length changes no order, so under cosine only the rows are scaled. */
    private float[] inverseNorms(int rows, float[] vectors) {
        float[] norms = new float[metric == Metric.COSINE ? rows : 0];
        for (int row = 0; row < norms.length; row++) {
            int offset = row * dimension;
            double square = kernel.dot(vectors, offset, vectors, offset, dimension);
            norms[row] = (float) (1 / Math.sqrt(square));
        }
        return norms;
    }

    private void compare(int query, int firstRow, int rows, float[] vectors, float[] norms) {
        float[] wanted = queries[query];
        TopK top = nearest[query];
        for (int row = 0; row < rows; row++) {
            int offset = row * dimension;
            float score =
                    switch (metric) {
                        case L2 -> kernel.squaredL2(wanted, 0, vectors, offset, dimension);
                        case DOT -> -kernel.dot(wanted, 0, vectors, offset, dimension);
                        case COSINE ->
                                -kernel.dot(wanted, 0, vectors, offset, dimension) * norms[row];
                    };
            if (score <= top.bound()) {
                top.offer(score, firstRow + row);
            }
        }
    }

    private static int[] drain(TopK top) {
        int size = top.size();
        long[] rows = new long[size];
        top.drainAscending(new float[size], rows);
        int[] ids = new int[size];
        Arrays.setAll(ids, i -> (int) rows[i]);
        return ids;
    }
}
