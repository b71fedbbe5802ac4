package io.omendb.index.ivf;

import io.omendb.index.background.Pace;
import java.util.Arrays;
import java.util.Random;

/** Makes indexes on the processor, on the thread that asks. */
public final class ProcessorIndexBuilder implements IndexBuilder {
    public static final IndexBuilder INSTANCE = new ProcessorIndexBuilder();

    private ProcessorIndexBuilder() {}

    @Override
    public Clustering cluster(float[] vectors, int dimension, int rows) {
        return new Lloyd(vectors, dimension);
    }

    @Override
    public void encode(
            Codebook codebook, int rows, ListsBuilder.VectorSource vectors, GrowingLists into) {
        float[] vector = new float[codebook.rotation().dimension()];
        for (int row = 0; row < rows; row++) {
            vectors.read(row, vector);
            into.add(row, vector, 0);
            Pace.step();
        }
        into.flush();
    }

    private record Lloyd(float[] vectors, int dimension) implements Clustering {

        @Override
        public float[] train(ClusterGroups groups, int[] starts, int iterations, long seed) {
            float[] centroids = new float[groups.clusters() * dimension];
            Random random = new Random(seed);
            for (int group = 0; group < groups.count(); group++) {
                int first = groups.firstClusters()[group];
                int end = groups.firstClusters()[group + 1];
                float[] trained =
                        KMeans.train(
                                vectors,
                                dimension,
                                Arrays.copyOfRange(
                                        groups.rows(),
                                        groups.firstRows()[group],
                                        groups.firstRows()[group + 1]),
                                Arrays.copyOfRange(starts, first, end),
                                iterations,
                                random);
                System.arraycopy(trained, 0, centroids, first * dimension, trained.length);
            }
            return centroids;
        }

        @Override
        public int[] assign(int[] rows, float[] centroids) {
            int[] assigned = new int[rows.length];
            KMeans.assign(
                    vectors, dimension, rows, centroids, centroids.length / dimension, assigned);
            return assigned;
        }

        @Override
        public void close() {
            // Owns nothing.
        }
    }
}
