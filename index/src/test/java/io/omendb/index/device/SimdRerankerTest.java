package io.omendb.index.device;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.file.RowImage;
import io.omendb.index.segment.Segment;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a plain loop in double precision. */
class SimdRerankerTest {
    private static final int ROWS = 500;

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 13, 100, 128, 207, 702, 1536})
    void rerank_findsTheBestOfTheCandidates(int dimension) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (Metric metric : Metric.values()) {
            List<float[]> vectors = new ArrayList<>();
            List<Segment> segments =
                    List.of(
                            segment(metric, dimension, random, vectors),
                            segment(metric, dimension, random, vectors));
            float[] query = vector(dimension, random);
            for (int k : new int[] {1, 10, 3 * ROWS}) {
                int[][] rows = {some(random), some(random)};
                Candidates candidates = new Candidates(segments, rows);
                Ranking found = new SimdReranker().rerank(query, metric, k, candidates);
                double[] expected = new double[candidates.count()];
                int next = 0;
                for (int s = 0; s < 2; s++) {
                    for (int row : rows[s]) {
                        expected[next++] = score(query, vectors.get(s * ROWS + row), metric);
                    }
                }
                Arrays.sort(expected);
                assertThat(found.size()).isEqualTo(Math.min(k, expected.length));
                for (int i = 0; i < found.size(); i++) {
                    double own =
                            score(
                                    query,
                                    vectors.get(found.segments()[i] * ROWS + found.rows()[i]),
                                    metric);
                    Offset<Double> near = Offset.offset(1e-4 * (1 + Math.abs(expected[i])));
                    assertThat((double) found.scores()[i]).as("seed %d", seed).isCloseTo(own, near);
                    assertThat(own).as("seed %d", seed).isCloseTo(expected[i], near);
                }
            }
        }
    }

    private static int[] some(Random random) {
        return random.ints(0, ROWS).distinct().limit(random.nextInt(ROWS / 2)).toArray();
    }

    private static Segment segment(
            Metric metric, int dimension, Random random, List<float[]> vectors) {
        Segment segment = Segment.mutable(0, CollectionSchema.of("c", dimension, metric), null);
        for (int row = 0; row < ROWS; row++) {
            float[] vector = vector(dimension, random);
            vectors.add(vector);
            segment.append(new RowImage(new byte[] {1}, 0, "", -1, 0, null, null), vector);
        }
        segment.freeze();
        return segment;
    }

    private static float[] vector(int dimension, Random random) {
        float[] vector = new float[dimension];
        for (int d = 0; d < dimension; d++) {
            vector[d] = (float) random.nextGaussian();
        }
        return vector;
    }

    private static double score(float[] query, float[] vector, Metric metric) {
        double sum = 0;
        for (int d = 0; d < query.length; d++) {
            double difference = query[d] - (double) vector[d];
            sum += metric == Metric.L2 ? difference * difference : -query[d] * (double) vector[d];
        }
        return sum;
    }
}
