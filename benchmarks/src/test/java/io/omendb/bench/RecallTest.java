package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RecallTest {
    @TempDir Path dir;

    @Test
    void of_found_countsOnlyTheKNearest() {
        Recall recall = new Recall(new int[][] {{9, 1, 5, 7}, {2}, {}}, 3);
        assertThat(recall.of(0, new int[] {5, 9, 1})).isEqualTo(1);
        assertThat(recall.of(0, new int[] {7, 9, 1})).isEqualTo(2 / 3.0, within(1e-12));
        assertThat(recall.of(0, new int[] {7, 8, 6, 9})).isZero();
        assertThat(recall.of(0, new int[] {})).isZero();
        assertThat(recall.of(1, new int[] {2})).isEqualTo(1);
        assertThat(recall.of(2, new int[] {})).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void compute_anyMetric_isWhatSortingAllSays(Metric metric) throws IOException {
        long seed = System.nanoTime();
        float[][] base = TestVectors.random(500, 13, seed);
        float[][] queries = TestVectors.random(20, 13, seed + 1);
        VectorSet vectors =
                new VectorSet(
                        TestVectors.fvecs(dir.resolve("base.fvecs"), base), Integer.MAX_VALUE);
        try (Workers workers = new Workers(3)) {
            int[][] truth = ExactTruth.compute(vectors, queries, 10, metric, workers);
            for (int q = 0; q < queries.length; q++) {
                assertThat(truth[q])
                        .as("seed %d, query %d", seed, q)
                        .isEqualTo(naive(base, queries[q], 10, metric));
            }
        }
    }

    @Test
    void compute_fewerRowsThanK_findsAll() throws IOException {
        Path file = TestVectors.fvecs(dir.resolve("base.fvecs"), new float[][] {{2}, {1}, {3}});
        try (Workers workers = new Workers(2)) {
            int[][] truth =
                    ExactTruth.compute(
                            new VectorSet(file, 2), new float[][] {{0}}, 10, Metric.L2, workers);
            assertThat(truth).isDeepEqualTo(new int[][] {{1, 0}});
        }
    }

    @Test
    void readTruth_ofOtherRows_isRefused() throws IOException {
        Path file = TestVectors.ivecs(dir.resolve("truth.ivecs"), new int[][] {{4, 5}, {6, 7}});
        assertThat(Recall.readTruth(file, 2, 8, 2)).hasDimensions(2, 2);
        assertThatThrownBy(() -> Recall.readTruth(file, 2, 7, 2))
                .hasMessageContaining("names row 7, but only 7 are loaded");
        assertThatThrownBy(() -> Recall.readTruth(file, 3, 8, 2))
                .hasMessageContaining("found 2 rows of 2 ids, expected 3 of at least 2");
        assertThatThrownBy(() -> Recall.readTruth(file, 2, 8, 3))
                .hasMessageContaining("expected 2 of at least 3");
    }

    private static int[] naive(float[][] base, float[] query, int k, Metric metric) {
        return IntStream.range(0, base.length)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> score(base[row], query, metric)))
                .limit(k)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double score(float[] a, float[] b, Metric metric) {
        double dot = 0;
        double square = 0;
        double norm = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            square += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            norm += (double) a[i] * a[i];
        }
        return switch (metric) {
            case L2 -> square;
            case DOT -> -dot;
            case COSINE -> -dot / Math.sqrt(norm);
        };
    }
}
