package io.omendb.index.ivf;

import io.omendb.index.background.Pace;
import io.omendb.index.kernel.PanelKernel;
import java.util.Arrays;
import java.util.Random;

/** Lloyd's k-means over vectors that lie end to end in an array. Deterministic for a seed. */
final class KMeans {
    private static final int GROUP = PanelKernel.GROUP;

    private static final int STEP_MASK = 63;

    private KMeans() {}

    /**
     * Finds centroids.
     *
     * @param data vectors end to end
     * @param rows the vectors to cluster
     * @param starts a row for each cluster
     * @return as many centroids as there are starts, end to end
     */
    static float[] train(
            float[] data, int dimension, int[] rows, int[] starts, int iterations, Random random) {
        int clusters = starts.length;
        float[] centroids = new float[clusters * dimension];
        for (int i = 0; i < clusters; i++) {
            System.arraycopy(data, starts[i] * dimension, centroids, i * dimension, dimension);
        }
        int[] assigned = new int[rows.length];
        for (int i = 0; i < iterations; i++) {
            assign(data, dimension, rows, centroids, clusters, assigned);
            update(data, dimension, rows, assigned, centroids, clusters, random);
        }
        return centroids;
    }

    /** The nearest centroid of each row. */
    static void assign(
            float[] data, int dimension, int[] rows, float[] centroids, int clusters, int[] into) {
        Panels panels = Panels.ofAll(centroids, dimension, clusters);
        int lanes = panels.lanes();
        int count = lanes / PanelKernel.PANEL;
        float[] scores = new float[GROUP * lanes];
        int last = rows.length - 1;
        for (int i = 0; i <= last; i += GROUP) {
            Pace.step();
            panels.scores(
                    data,
                    rows[i] * dimension,
                    rows[Math.min(i + 1, last)] * dimension,
                    rows[Math.min(i + 2, last)] * dimension,
                    rows[Math.min(i + 3, last)] * dimension,
                    0,
                    count,
                    scores,
                    lanes);
            for (int j = 0; j < GROUP && i + j <= last; j++) {
                // Squares beyond the range of float make NaN, also in lanes that hold no cluster.
                int lane = PanelKernel.lane(panels.highest(scores, j * lanes, count));
                into[i + j] = Math.min(lane, clusters - 1);
            }
        }
    }

    private static void update(
            float[] data,
            int dimension,
            int[] rows,
            int[] assigned,
            float[] centroids,
            int clusters,
            Random random) {
        int[] counts = new int[clusters];
        Arrays.fill(centroids, 0);
        for (int i = 0; i < rows.length; i++) {
            if ((i & STEP_MASK) == 0) {
                Pace.step();
            }
            int to = assigned[i] * dimension;
            int from = rows[i] * dimension;
            counts[assigned[i]]++;
            for (int d = 0; d < dimension; d++) {
                centroids[to + d] += data[from + d];
            }
        }
        for (int c = 0; c < clusters; c++) {
            if (counts[c] > 0) {
                float scale = 1f / counts[c];
                for (int d = 0; d < dimension; d++) {
                    centroids[c * dimension + d] *= scale;
                }
            } else {
                // An empty cluster starts again at a random row; large clusters are hit most often.
                int row = rows[random.nextInt(rows.length)];
                System.arraycopy(data, row * dimension, centroids, c * dimension, dimension);
            }
        }
    }
}
