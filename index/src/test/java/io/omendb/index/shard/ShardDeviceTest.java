package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.OmenException;
import io.omendb.index.device.DeviceChoice;
import io.omendb.index.file.RowImage;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.index.segment.IdHash;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Shards that search on a device, whatever it does, against the same shards on the processor. */
class ShardDeviceTest {
    private static final int DIMENSION = 12;

    @ParameterizedTest
    @CsvSource({"L2, 0", "COSINE, 0", "DOT, 0", "L2, 0.3", "L2, 1"})
    void search_onADevice_isTheProcessors(Metric metric, double failures) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        LoopDevice device = new LoopDevice(random, failures);
        CollectionSchema schema =
                CollectionSchema.of("c", DIMENSION, metric).withFields(Map.of("g", FieldType.LONG));
        Shard shard =
                new Shard(
                        schema,
                        new ShardOptions(700, 1 << 30, 2_000, 8),
                        new ShardEnvironment(null, Runnable::run, null, device));
        List<ShardSnapshot> kept = new ArrayList<>();
        int onDevice = 0;
        for (int step = 0; step < 15_000; step++) {
            byte[] id = ("id-" + random.nextInt(4_000)).getBytes(StandardCharsets.UTF_8);
            if (random.nextInt(10) < 8) {
                byte[] metadata =
                        ("{\"g\":" + random.nextInt(40) + "}").getBytes(StandardCharsets.UTF_8);
                shard.upsert(
                        new RowImage(id, 1, "t-0", step, step, metadata, null), vector(random));
            } else {
                shard.delete(IdHash.of(id), id, "t-0", step);
            }
            if (step % 400 == 0) {
                device.upload();
            }
            if (step % 2000 == 0) {
                kept.add(shard.snapshot());
            }
            if (step % 100 == 0) {
                onDevice += check(shard.snapshot(), random, null, seed) ? 1 : 0;
                onDevice += check(shard.snapshot(), random, filter(schema, random), seed) ? 1 : 0;
                ShardSnapshot old = kept.get(random.nextInt(kept.size()));
                onDevice += check(old, random, null, seed) ? 1 : 0;
            }
        }
        if (failures < 1) {
            assertThat(onDevice).as("seed %d", seed).isGreaterThan(50);
        } else {
            assertThat(onDevice).isZero();
        }
        assertThat(device.residents()).as("released segments").isLessThan(30);
        shard.close();
        assertThat(device.residents()).isZero();
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.5, 1})
    void index_madeOnADevice_isThatOfTheProcessor(double failures) {
        long seed = System.nanoTime();
        LoopDevice device = new LoopDevice(new Random(seed), failures);
        Shard shard = filled(device);
        Shard other = filled(null);
        assertThat(shard.snapshot().index()).isNotNull();
        Random random = new Random(seed);
        for (int i = 0; i < 50; i++) {
            float[] query = vector(random);
            SearchParams here = SearchParams.ofRecall(0.9).on(DeviceChoice.CPU);
            assertThat(rows(shard.snapshot().search(query, 10, null, here)))
                    .as("seed %d", seed)
                    .isEqualTo(rows(other.snapshot().search(query, 10, null, here)));
        }
        if (failures == 0) {
            assertThat(device.figures().builds()).isPositive();
        } else if (failures == 1) {
            assertThat(device.figures().builds()).isZero();
            assertThat(device.figures().failures()).isPositive();
        }
    }

    private static List<String> rows(SearchResult found) {
        return found.hits().stream().map(hit -> hit.row() + " " + hit.distance()).toList();
    }

    private static Shard filled(@Nullable LoopDevice device) {
        Random random = new Random(3);
        Shard shard =
                new Shard(
                        CollectionSchema.of("c", DIMENSION, Metric.L2),
                        new ShardOptions(3_000, 1 << 30, 6_000, 8),
                        new ShardEnvironment(null, Runnable::run, null, device));
        for (int i = 0; i < 20_000; i++) {
            byte[] id = ("id-" + i).getBytes(StandardCharsets.UTF_8);
            shard.upsert(new RowImage(id, 1, "t-0", i, i, null, null), vector(random));
        }
        return shard;
    }

    @Test
    void search_withRecallTarget_findsAllOnTheDevice() {
        Random random = new Random(5);
        LoopDevice device = new LoopDevice(random, 0);
        Shard shard =
                new Shard(
                        CollectionSchema.of("c", DIMENSION, Metric.L2),
                        new ShardOptions(5_000, 1 << 30, 10_000, 8),
                        new ShardEnvironment(null, Runnable::run, null, device));
        for (int i = 0; i < 22_000; i++) {
            byte[] id = ("id-" + i).getBytes(StandardCharsets.UTF_8);
            shard.upsert(new RowImage(id, 1, "t-0", i, i, null, null), vector(random));
        }
        device.upload();
        // The device is the faster by far, so that it is chosen unasked.
        SearchResult found =
                shard.snapshot().search(vector(random), 10, null, SearchParams.ofRecall(0.9));
        assertThat(found.onDevice()).isTrue();
        assertThat(found.hits()).hasSize(10);
        SearchResult here =
                shard.snapshot()
                        .search(
                                vector(random),
                                10,
                                null,
                                SearchParams.ofRecall(0.9).on(DeviceChoice.CPU));
        assertThat(here.onDevice()).isFalse();
        // More rows than it can find.
        SearchResult many =
                shard.snapshot()
                        .search(
                                vector(random),
                                2000,
                                null,
                                SearchParams.EXACT.on(DeviceChoice.GPU));
        assertThat(many.onDevice()).isFalse();
        assertThat(many.hits()).hasSize(2000);
    }

    @Test
    void search_onADeviceThatIsNotThere_isAnError() {
        Shard shard =
                new Shard(CollectionSchema.of("c", DIMENSION, Metric.L2), ShardOptions.DEFAULT);
        assertThatThrownBy(
                        () ->
                                shard.snapshot()
                                        .search(
                                                new float[DIMENSION],
                                                1,
                                                null,
                                                SearchParams.EXACT.on(DeviceChoice.GPU)))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("params.device: found \"gpu\", but there is none here");
    }

    private static boolean check(ShardSnapshot snapshot, Random random, Filter filter, long seed) {
        float[] query = vector(random);
        SearchResult found =
                snapshot.search(query, 10, filter, SearchParams.EXACT.on(DeviceChoice.GPU));
        List<Hit> expected = snapshot.searchExact(query, 10, filter).hits();
        assertThat(found.hits().stream().map(Hit::id).toList())
                .as("seed %d", seed)
                .isEqualTo(expected.stream().map(Hit::id).toList());
        return found.onDevice();
    }

    private static Filter filter(CollectionSchema schema, Random random) throws Exception {
        int from = random.nextInt(40);
        return FilterParser.parse(
                new ObjectMapper()
                        .readTree(
                                "{\"g\":{\"$gte\":"
                                        + from
                                        + ",\"$lt\":"
                                        + (from + 1 + random.nextInt(30))
                                        + "}}"),
                schema);
    }

    private static float[] vector(Random random) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) random.nextGaussian();
        }
        return vector;
    }
}
