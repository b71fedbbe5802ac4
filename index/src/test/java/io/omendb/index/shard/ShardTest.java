package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class ShardTest {

    @Test
    void upsert_olderPositionOfTheSameSource_changesNothing() {
        Shard shard = shard(Metric.L2);
        assertThat(shard.upsert(image("a", "t-0", 5), new float[] {1, 0})).isTrue();
        assertThat(shard.upsert(image("a", "t-0", 5), new float[] {2, 0})).isFalse();
        assertThat(shard.upsert(image("a", "t-0", 4), new float[] {3, 0})).isFalse();
        assertThat(shard.get("a").orElseThrow().vector()).containsExactly(1, 0);
        assertThat(shard.upsert(image("a", "t-1", 0), new float[] {4, 0})).isTrue();
        assertThat(shard.get("a").orElseThrow().vector()).containsExactly(4, 0);
        assertThat(shard.snapshot().count(null)).isOne();
    }

    @Test
    void snapshot_laterWrites_doNotShow() {
        Shard shard = shard(Metric.L2);
        shard.upsert(image("a", "t-0", 0), new float[] {1, 0});
        ShardSnapshot before = shard.snapshot();
        shard.upsert(image("a", "t-0", 1), new float[] {9, 0});
        shard.upsert(image("b", "t-0", 2), new float[] {1, 0});
        byte[] a = "a".getBytes(StandardCharsets.UTF_8);
        shard.delete(IdHash.of(a), a, "t-0", 3);
        List<Hit> old = before.searchExact(new float[] {0, 0}, 5, null).hits();
        assertThat(old).extracting(Hit::id).containsExactly("a");
        assertThat(old.get(0).distance()).isEqualTo(1);
        assertThat(shard.snapshot().searchExact(new float[] {0, 0}, 5, null).hits())
                .extracting(Hit::id)
                .containsExactly("b");
    }

    @Test
    void expire_deletesOlderRowsOfAllSegments_andLooksAgainOnlyWhereThereAreSome() {
        Shard shard =
                new Shard(CollectionSchema.of("c", 2, Metric.L2), new ShardOptions(4, 1 << 20));
        for (int i = 0; i < 10; i++) {
            shard.upsert(dated("id" + i, i, 1_000 + 100 * (i % 5)), new float[] {i, 0});
        }
        shard.upsert(dated("of no age", 10, 0), new float[] {10, 0});
        shard.upsert(dated("id0", 11, 9_000), new float[] {0, 0});
        ShardSnapshot before = shard.snapshot();

        assertThat(shard.expire(1_000)).isZero();
        assertThat(shard.expire(1_101)).as("id5, id1, id6").isEqualTo(3);
        assertThat(shard.expire(1_101)).isZero();
        assertThat(ids(shard)).doesNotContain("id5", "id1", "id6").hasSize(8);
        assertThat(shard.get("id1")).isEmpty();
        assertThat(before.count(null)).as("a snapshot stays as it was").isEqualTo(11);

        shard.upsert(dated("id1", 12, 1_050), new float[] {1, 0});
        assertThat(shard.expire(1_401)).isEqualTo(7);
        assertThat(ids(shard)).containsExactlyInAnyOrder("id0", "of no age");
    }

    private static RowImage dated(String id, long offset, long timestampMs) {
        return new RowImage(
                id.getBytes(StandardCharsets.UTF_8), 0, "t-0", offset, timestampMs, null, null);
    }

    private static List<String> ids(Shard shard) {
        return shard.snapshot().searchExact(new float[] {0, 0}, 100, null).hits().stream()
                .map(Hit::id)
                .toList();
    }

    @Test
    void upsert_vectorThatDoesNotFit_isRefusedAndChangesNothing() {
        Shard shard = shard(Metric.COSINE);
        assertThatThrownBy(() -> shard.upsert(image("a", "t-0", 0), new float[3]))
                .hasMessage("vector: found 3 components, expected 2");
        assertThatThrownBy(() -> shard.upsert(image("a", "t-0", 0), new float[] {1, Float.NaN}))
                .hasMessage("vector[1]: found NaN, expected a finite number");
        assertThatThrownBy(() -> shard.upsert(image("a", "t-0", 0), new float[2]))
                .hasMessageContaining("zero vector");
        assertThat(shard.snapshot().count(null)).isZero();
        shard.upsert(image("a", "t-0", 0), new float[] {1e-30f, 0});
        shard.upsert(image("b", "t-0", 1), new float[] {3e38f, 3e38f});
        assertThat(shard.get("a").orElseThrow().vector()).containsExactly(1, 0);
        assertThat(shard.get("b").orElseThrow().vector()[0]).isEqualTo((float) Math.sqrt(0.5));
    }

    @Test
    void search_whileOneIdIsUpsertedOverAndOver_seesItExactlyOnce() throws Exception {
        Shard shard =
                new Shard(CollectionSchema.of("c", 2, Metric.L2), new ShardOptions(97, 1 << 20));
        shard.upsert(image("a", "t-0", 0), new float[] {0, 0});
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService readers = Executors.newFixedThreadPool(2);
        try {
            Callable<Long> read =
                    () -> {
                        long seen = 0;
                        while (!stop.get()) {
                            List<Hit> hits =
                                    shard.snapshot()
                                            .searchExact(new float[] {0, 0}, 100, null)
                                            .hits();
                            Set<String> ids = new HashSet<>();
                            hits.forEach(hit -> ids.add(hit.id()));
                            assertThat(hits).hasSameSizeAs(ids);
                            assertThat(ids).contains("a");
                            assertThat(shard.get("a")).isPresent();
                            seen++;
                        }
                        return seen;
                    };
            List<Future<Long>> futures = List.of(readers.submit(read), readers.submit(read));
            for (int i = 1; i < 20_000; i++) {
                shard.upsert(
                        image(i % 3 == 0 ? "b" + i % 50 : "a", "t-0", i), new float[] {i % 7, 1});
            }
            stop.set(true);
            for (Future<Long> future : futures) {
                assertThat(future.get()).isPositive();
            }
        } finally {
            stop.set(true);
            readers.shutdownNow();
        }
    }

    private static Shard shard(Metric metric) {
        return new Shard(CollectionSchema.of("c", 2, metric), ShardOptions.DEFAULT);
    }

    private static RowImage image(String id, String source, long offset) {
        return new RowImage(id.getBytes(StandardCharsets.UTF_8), 0, source, offset, 0, null, null);
    }
}
