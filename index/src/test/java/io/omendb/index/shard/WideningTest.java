package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.index.file.RowImage;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Filters that have to do with where rows lie, and those whose matches are fewer than it seems. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WideningTest {
    private static final int DIMENSION = 16;
    private static final int ROWS = 240_000;
    private static final int CLUSTERS = 12;
    private static final int BOTH_EVERY = 2000;
    private static final int QUERIES = 40;
    private static final int K = 10;
    private static final long SEED = 20261128;

    private final Random random = new Random(SEED);
    private final float[][] centers = new float[CLUSTERS][DIMENSION];
    private Shard shard;

    @BeforeAll
    void fill() {
        shard =
                new Shard(
                        CollectionSchema.of("c", DIMENSION, Metric.L2)
                                .withFields(
                                        Map.of(
                                                "cluster", FieldType.LONG,
                                                "third", FieldType.LONG,
                                                "low", FieldType.BOOL,
                                                "high", FieldType.BOOL)),
                        new ShardOptions(1 << 17, 1 << 26, 10_000, 8),
                        ShardEnvironment.INLINE);
        for (float[] center : centers) {
            for (int d = 0; d < DIMENSION; d++) {
                center[d] = 2 * (float) random.nextGaussian();
            }
        }
        for (int i = 0; i < ROWS; i++) {
            int cluster = random.nextInt(CLUSTERS);
            boolean low = random.nextBoolean();
            String metadata =
                    String.format(
                            "{\"cluster\":%d,\"third\":%d,\"low\":%b,\"high\":%b}",
                            cluster, cluster % 3, low, !low || i % BOTH_EVERY == 0);
            byte[] id = ("id-" + i).getBytes(StandardCharsets.UTF_8);
            shard.upsert(
                    new RowImage(
                            id, 0, "t-0", i, 0, metadata.getBytes(StandardCharsets.UTF_8), null),
                    near(cluster));
        }
        shard.seal();
    }

    @AfterAll
    void close() {
        shard.close();
    }

    private float[] near(int cluster) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = centers[cluster][d] + (float) random.nextGaussian();
        }
        return vector;
    }

    private double recall(String[] filters, boolean own) throws Exception {
        ShardSnapshot snapshot = shard.snapshot();
        int found = 0;
        int wanted = 0;
        for (int i = 0; i < QUERIES; i++) {
            int cluster = i % CLUSTERS;
            float[] query = near(cluster);
            int other = own ? cluster : (cluster + 1) % CLUSTERS;
            Filter filter =
                    FilterParser.parse(
                            new ObjectMapper().readTree(filters[other % filters.length]),
                            snapshot.schema());
            Set<String> exact = ids(snapshot.searchExact(query, K, filter));
            Set<String> answer = ids(snapshot.search(query, K, filter, SearchParams.DEFAULT));
            assertThat(answer).hasSize(K);
            wanted += exact.size();
            answer.retainAll(exact);
            found += answer.size();
        }
        return (double) found / wanted;
    }

    private static Set<String> ids(SearchResult result) {
        Set<String> ids = new HashSet<>();
        result.hits().forEach(hit -> ids.add(hit.id()));
        return ids;
    }

    private static String[] each(String field, int values) {
        String[] filters = new String[values];
        for (int value = 0; value < values; value++) {
            filters[value] = "{\"" + field + "\":" + value + "}";
        }
        return filters;
    }

    @Test
    void matchesFarFromTheQuery_areFound() throws Exception {
        assertThat(recall(each("cluster", CLUSTERS), false))
                .as("seed %d", SEED)
                .isGreaterThanOrEqualTo(0.93);
    }

    @Test
    void manyMatchesFarFromTheQuery_areFound() throws Exception {
        assertThat(recall(each("third", 3), false))
                .as("seed %d", SEED)
                .isGreaterThanOrEqualTo(0.93);
    }

    @Test
    void matchesAroundTheQuery_areFound() throws Exception {
        assertThat(recall(each("cluster", CLUSTERS), true))
                .as("seed %d", SEED)
                .isGreaterThanOrEqualTo(0.93);
    }

    /** Their shares together are those of all rows. */
    @Test
    void conditionsThatOverlap_areNotTakenForNone() throws Exception {
        String[] filters = new String[3];
        for (int third = 0; third < filters.length; third++) {
            filters[third] =
                    String.format(
                            "{\"$or\":[{\"third\":%d},{\"third\":{\"$gte\":%d,\"$lte\":%d}},"
                                    + "{\"third\":{\"$in\":[%d]}},"
                                    + "{\"cluster\":{\"$in\":[%d,%d,%d,%d]}}]}",
                            third, third, third, third, third, third + 3, third + 6, third + 9);
        }
        assertThat(recall(filters, false)).as("seed %d", SEED).isGreaterThanOrEqualTo(0.93);
    }

    /** A quarter of the rows by their shares, 120 in truth. */
    @Test
    void conditionsThatSeldomHoldTogether_areNotTakenAtTheirWord() throws Exception {
        String[] both = {"{\"low\":true,\"high\":true}"};
        assertThat(recall(both, true)).as("seed %d", SEED).isGreaterThanOrEqualTo(0.93);
    }
}
