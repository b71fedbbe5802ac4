package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.bench.BenchIndex.OperatingPoint;
import io.omendb.schema.Metric;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The peers' indexes with every Java: with Java 17 these are Lucene 9.12, through the calls that 10
 * has too, and JVector without SIMD. Vectors have unit length under dot, which JVector wants.
 */
class PeerIndexTest {
    private static final int ROWS = 3000;
    private static final int DIMENSION = 12;
    private static final int K = 10;

    private final float[][] vectors = TestVectors.random(ROWS, DIMENSION, 1);
    private final float[][] queries = TestVectors.random(30, DIMENSION, 2);

    @ParameterizedTest
    @EnumSource(Metric.class)
    void lucene_findsMoreWithMoreCandidates(Metric metric) {
        check(LuceneIndex.create(DIMENSION, metric, new GraphSettings(8, 60)), metric);
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void jvector_findsMoreWithMoreCandidates(Metric metric) {
        check(new JVectorIndex(DIMENSION, metric, new GraphSettings(8, 60)), metric);
    }

    private void check(BenchIndex index, Metric metric) {
        if (metric == Metric.DOT) {
            Stream.of(vectors, queries).flatMap(Stream::of).forEach(PeerIndexTest::normalize);
        }
        try (index) {
            addInTwoBlocks(index);
            index.finish();
            List<OperatingPoint> points = index.points();
            double few = recall(points.get(0), metric);
            double many = recall(points.get(points.size() - 1), metric);
            assertThat(few).isBetween(0.2, many);
            assertThat(many).isGreaterThan(0.98);
            long held = index.vectorBytes() + index.mappedBytes();
            assertThat(held).isGreaterThanOrEqualTo(ROWS * DIMENSION * Float.BYTES);
        } finally {
            index.close(); // twice is fine
        }
    }

    private void addInTwoBlocks(BenchIndex index) {
        int half = ROWS / 2;
        float[] block = new float[half * DIMENSION];
        for (int first = 0; first < ROWS; first += half) {
            for (int i = 0; i < half; i++) {
                System.arraycopy(vectors[first + i], 0, block, i * DIMENSION, DIMENSION);
            }
            index.add(first, half, block);
        }
    }

    private static void normalize(float[] vector) {
        double square = 0;
        for (float component : vector) {
            square += component * component;
        }
        for (int i = 0; i < vector.length; i++) {
            vector[i] /= (float) Math.sqrt(square);
        }
    }

    private double recall(OperatingPoint point, Metric metric) {
        double sum = 0;
        for (float[] query : queries) {
            int[] found = point.search(query, K).rows();
            assertThat(found).hasSize(K).doesNotHaveDuplicates();
            sum += new Recall(new int[][] {nearest(query, metric)}, K).of(0, found);
        }
        return sum / queries.length;
    }

    private int[] nearest(float[] query, Metric metric) {
        return IntStream.range(0, ROWS)
                .boxed()
                .sorted(Comparator.comparingDouble(row -> score(query, vectors[row], metric)))
                .limit(K)
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double score(float[] a, float[] b, Metric metric) {
        double dot = 0;
        double square = 0;
        double length = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            square += Math.pow((double) a[i] - b[i], 2);
            length += (double) b[i] * b[i];
        }
        return switch (metric) {
            case L2 -> square;
            case DOT -> -dot;
            case COSINE -> -dot / Math.sqrt(length);
        };
    }
}
