package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.index.file.RowImage;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.index.segment.IdHash;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A shard against a map: random upserts, deletes and seals from a printed seed. */
class ShardOracleTest {
    private static final int STEPS = 5_000;
    private static final int DIMENSION = 13;

    @SuppressWarnings("ArrayRecordComponent")
    private record Expected(float[] vector, int group) {}

    @ParameterizedTest
    @EnumSource(Metric.class)
    void searchGetCount_randomWrites_equalTheOracle(Metric metric) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        CollectionSchema schema =
                CollectionSchema.of("c", DIMENSION, metric).withFields(Map.of("g", FieldType.LONG));
        Shard shard = new Shard(schema, new ShardOptions(1 + random.nextInt(700), 1 << 20));
        Map<String, Expected> oracle = new TreeMap<>();
        for (int step = 0; step < STEPS; step++) {
            String id = "id-" + random.nextInt(800);
            byte[] idBytes = id.getBytes(StandardCharsets.UTF_8);
            int action = random.nextInt(100);
            if (action < 75) {
                Expected point = new Expected(vector(random), random.nextInt(10));
                byte[] metadata = ("{\"g\":" + point.group + "}").getBytes(StandardCharsets.UTF_8);
                shard.upsert(
                        new RowImage(idBytes, 1, "t-0", step, step, metadata, null), point.vector);
                oracle.put(id, point);
            } else if (action < 98) {
                boolean deleted = shard.delete(IdHash.of(idBytes), idBytes, "t-0", step);
                assertThat(deleted).as("seed %d", seed).isEqualTo(oracle.remove(id) != null);
            } else {
                shard.seal();
            }
            if (step % 250 == 0) {
                check(shard, oracle, vector(random), seed);
            }
        }
        check(shard, oracle, vector(random), seed);
    }

    private static void check(Shard shard, Map<String, Expected> oracle, float[] query, long seed)
            throws Exception {
        ShardSnapshot snapshot = shard.snapshot();
        assertThat(snapshot.count(null)).as("seed %d", seed).isEqualTo(oracle.size());
        assertThat(snapshot.liveRows().stream().map(Hit::id).sorted().collect(Collectors.toList()))
                .as("seed %d", seed)
                .isEqualTo(List.copyOf(oracle.keySet()));
        for (String filterJson : new String[] {null, "{\"g\":3}", "{\"g\":{\"$gte\":5}}"}) {
            Filter filter =
                    filterJson == null
                            ? null
                            : FilterParser.parse(
                                    new ObjectMapper().readTree(filterJson), shard.schema());
            List<String> expected =
                    oracle.entrySet().stream()
                            .filter(e -> accepts(filterJson, e.getValue().group))
                            .sorted(
                                    Comparator.comparingDouble(
                                            e ->
                                                    score(
                                                            shard.schema().metric(),
                                                            query,
                                                            e.getValue().vector)))
                            .limit(10)
                            .map(Map.Entry::getKey)
                            .collect(Collectors.toList());
            List<String> found =
                    snapshot.searchExact(query, 10, filter).hits().stream()
                            .map(Hit::id)
                            .collect(Collectors.toList());
            assertThat(found).as("seed %d", seed).doesNotHaveDuplicates().hasSize(expected.size());
            for (int i = 0; i < found.size(); i++) {
                // Two that are as good as equally near may come either way.
                Expected other = oracle.get(found.get(i));
                assertThat(other).as("seed %d, %s", seed, found.get(i)).isNotNull();
                assertThat(accepts(filterJson, other.group)).as("seed %d", seed).isTrue();
                double best =
                        score(shard.schema().metric(), query, oracle.get(expected.get(i)).vector);
                assertThat(score(shard.schema().metric(), query, other.vector))
                        .as("seed %d filter %s, place %d", seed, filterJson, i)
                        .isCloseTo(best, within(1e-6 * (1 + Math.abs(best))));
            }
        }
        for (int i = 0; i < 800; i += 37) {
            String id = "id-" + i;
            assertThat(shard.get(id).isPresent())
                    .as("seed %d", seed)
                    .isEqualTo(oracle.containsKey(id));
        }
    }

    private static boolean accepts(String filterJson, int group) {
        return filterJson == null || (filterJson.contains("gte") ? group >= 5 : group == 3);
    }

    private static double score(Metric metric, float[] a, float[] b) {
        double dot = 0;
        double l2 = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += (double) a[i] * b[i];
            l2 += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
            bb += (double) b[i] * b[i];
        }
        return switch (metric) {
            case L2 -> l2;
            case DOT -> -dot;
            case COSINE -> -dot / Math.sqrt(bb);
        };
    }

    private static float[] vector(Random random) {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }
}
