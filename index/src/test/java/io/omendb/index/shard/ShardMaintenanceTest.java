package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.index.file.RowImage;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.index.ivf.ProbeModel;
import io.omendb.index.segment.IdHash;
import io.omendb.index.segment.Segment;
import io.omendb.index.sparse.SparseFields;
import io.omendb.index.sparse.SparseQuery;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is rare, and was found the hard way; all work is done on the writing thread. */
class ShardMaintenanceTest {
    private static final int DIMENSION = 8;
    private static final ShardOptions SMALL = new ShardOptions(300, 1 << 20, 500, 8);

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @TempDir Path dir;

    @Test
    @Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void allRowsDeleted_maintenanceComesToAnEnd_andNothingOfThemIsHeld() {
        Shard shard = shard(Metric.L2, SMALL, new ShardEnvironment(dir, Runnable::run));
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1_500; i++) {
                shard.upsert(row("id-" + i, 10_000L * round + i, null, null), vector());
            }
            assertThat(shard.snapshot().index()).isNotNull();
            for (int i = 0; i < 1_500; i++) {
                byte[] id = bytes("id-" + i);
                shard.delete(IdHash.of(id), id, "t-0", 10_000L * round + 5_000 + i);
            }
            shard.seal();
            shard.upsert(row("last", 10_000L * round + 9_000, null, null), vector());
            shard.seal();
            ShardSnapshot snapshot = shard.snapshot();
            assertThat(snapshot.count(null)).as("seed %d", seed).isOne();
            assertThat(snapshot.rowsStored()).isOne();
            assertThat(shard.slotsHeld())
                    .as("the segment of the last row, and the one that grows")
                    .isEqualTo(2);
            byte[] last = bytes("last");
            shard.delete(IdHash.of(last), last, "t-0", 10_000L * round + 9_001);
        }
        shard.close();
    }

    /** As a collection that is dropped while its rows are merged. */
    @Test
    void mergeThatEndsAfterTheShardWasClosed_leavesNoFiles() throws Exception {
        Queue<Runnable> background = new ArrayDeque<>();
        Shard shard = shard(Metric.L2, SMALL, new ShardEnvironment(dir, background::add));
        for (int i = 0; i < 900; i++) {
            shard.upsert(row("id-" + i, i, null, null), vector());
        }
        shard.seal();
        List<Segment> inputs = shard.frozenSegments();
        assertThat(inputs).hasSizeGreaterThan(1);
        inputs.forEach(input -> assertThat(input.store(dir)).isDirectory());
        SegmentMerge merge =
                SegmentMerge.run(inputs, shard.nextSlot(), shard.snapshot().sequence(), null);
        merge.merged().storeMerged(dir, 1);
        shard.close();
        shard.install(merge);
        try (Stream<Path> left = Files.list(dir)) {
            assertThat(left).as("seed %d", seed).isEmpty();
        }
    }

    /** A client that asks the same all the time says nothing of what others ask. */
    @Test
    void queriesThatRepeat_areTakenOnce() {
        CollectionSchema schema = CollectionSchema.of("c", DIMENSION, Metric.COSINE);
        AtomicInteger told = new AtomicInteger();
        QuerySample sample = new QuerySample(told::incrementAndGet);
        float[] same = vector();
        for (int i = 0; i < 1_000; i++) {
            sample.see(same, schema);
        }
        assertThat(sample.queries()).hasSize(1);
        assertThat(sample.taken()).isZero();
        assertThat(told.get()).isZero();
        for (int i = 0; i < 10_000; i++) {
            sample.see(vector(), schema);
        }
        assertThat(sample.queries()).hasSize(256);
        assertThat(sample.isBetterThan(64)).isTrue();
        assertThat(sample.isBetterThan(sample.taken())).isFalse();
        assertThat(told.get()).isGreaterThan(3);
    }

    /** Under cosine the length of a query says nothing: neither may it to what is learnt of it. */
    @Test
    void probeCounts_areLearntFromQueriesAsSearchesHaveThem() {
        Shard plain = shard(Metric.COSINE, SMALL, ShardEnvironment.INLINE);
        Shard scaled = shard(Metric.COSINE, SMALL, ShardEnvironment.INLINE);
        for (int i = 0; i < 20_000; i++) {
            float[] vector = vector();
            plain.upsert(row("id-" + i, i, null, null), vector);
            scaled.upsert(row("id-" + i, i, null, null), vector);
        }
        for (int i = 0; i < 300; i++) {
            float[] query = vector();
            float[] shorter = query.clone();
            for (int d = 0; d < DIMENSION; d++) {
                shorter[d] *= 0.05f;
            }
            assertThat(plain.snapshot().search(query, 10, null, SearchParams.DEFAULT).hits())
                    .hasSize(10);
            assertThat(scaled.snapshot().search(shorter, 10, null, SearchParams.DEFAULT).hits())
                    .hasSize(10);
        }
        ProbeModel learnt = plain.snapshot().index().model();
        assertThat(learnt.queries()).as("seed %d", seed).isPositive();
        // So high a recall that it takes more than is probed anyway.
        assertThat(scaled.snapshot().index().model().nprobe(0.999, 100))
                .as("seed %d", seed)
                .isCloseTo(learnt.nprobe(0.999, 100), within(10));
    }

    /** Far from zero and close together: squares of floats have no digits left for distances. */
    @Test
    void rowsFarFromZero_areFound() {
        Shard shard = shard(Metric.L2, SMALL, ShardEnvironment.INLINE);
        for (int i = 0; i < 20_000; i++) {
            shard.upsert(row("id-" + i, i, null, null), farVector());
        }
        shard.seal();

        assertThat(shard.snapshot().index().codebook().rotation().origin()).isNotNull();
        // Where rounding decides which list is whose, all have to be probed.
        assertThat(shard.snapshot().index().model().nprobe(0.95, 10))
                .as("seed %d", seed)
                .isLessThan(shard.snapshot().index().codebook().lists() / 2);
        int found = 0;
        for (int q = 0; q < 100; q++) {
            float[] query = farVector();
            Set<String> exact = new HashSet<>();
            shard.snapshot()
                    .searchExact(query, 10, null)
                    .hits()
                    .forEach(hit -> exact.add(hit.id()));
            for (Hit hit : shard.snapshot().search(query, 10, null, SearchParams.DEFAULT).hits()) {
                found += exact.contains(hit.id()) ? 1 : 0;
            }
        }
        assertThat(found).as("seed %d", seed).isGreaterThan(930);
        shard.close();
    }

    private float[] farVector() {
        float[] vector = vector();
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] += 20_000;
        }
        return vector;
    }

    @Test
    void textSearch_ofASnapshotOfBeforeTheSegmentWasPacked_seesWhatWasThere() {
        Shard shard = shard(Metric.L2, SMALL, ShardEnvironment.INLINE);
        ShardSnapshot empty = shard.seal();
        for (int i = 0; i < 100; i++) {
            shard.upsert(row("id-" + i, i, null, i % 2 == 0 ? "red" : "red blue"), vector());
        }
        ShardSnapshot before = shard.snapshot();
        for (int i = 100; i < 200; i++) {
            shard.upsert(row("id-" + i, i, null, "red green"), vector());
        }
        shard.seal();

        assertThat(found(empty, "red")).isEmpty();
        assertThat(found(before, "red")).hasSize(100).contains("id-99").doesNotContain("id-100");
        assertThat(found(before, "blue")).hasSize(50);
        assertThat(found(before, "green")).isEmpty();
        assertThat(found(shard.snapshot(), "red")).hasSize(200);
        SparseFields fields = SparseFields.of(before.schema());
        SparseQuery green = SparseQuery.ofText(fields, fields.texts(), "green");
        assertThat(before.statistics(green).rows(green.clauses().get(0))).isZero();
        shard.close();
    }

    private static Set<String> found(ShardSnapshot snapshot, String text) {
        SparseFields fields = SparseFields.of(snapshot.schema());
        HybridQuery query =
                new HybridQuery(
                        null,
                        1,
                        SparseQuery.ofText(fields, fields.texts(), text),
                        new SparseQuery(List.of()),
                        1_000,
                        null,
                        SearchParams.DEFAULT,
                        null);
        Set<String> ids = new HashSet<>();
        snapshot.search(query).hits().forEach(hit -> ids.add(hit.hit().id()));
        return ids;
    }

    /** Stored before such vectors were refused; the codebook is trained from them all the same. */
    @Test
    void vectorBeyondWhatCanBeSquared_doesNotStopTraining() {
        for (Metric metric : new Metric[] {Metric.L2, Metric.DOT}) {
            Shard shard = shard(metric, SMALL, ShardEnvironment.INLINE);
            for (int i = 0; i < 2_000; i++) {
                float[] vector = vector();
                if (i % 100 == 7) {
                    Arrays.fill(vector, i % 200 == 7 ? 1e22f : 3e38f);
                }
                shard.upsert(row("id-" + i, i, null, null), vector);
            }
            shard.seal();
            assertThat(shard.snapshot().index()).as("seed %d, %s", seed, metric).isNotNull();
            assertThat(shard.snapshot().count(null)).isEqualTo(2_000);
            assertThat(shard.snapshot().search(vector(), 10, null, SearchParams.DEFAULT).hits())
                    .hasSize(10);
            shard.close();
        }
    }

    /** Either condition holds for a tenth of the rows, both seldom, so the estimate is far off. */
    @Test
    void conditionsThatSeldomHoldTogether_findAllThatMatch() throws Exception {
        ShardOptions options = new ShardOptions(1 << 17, 1 << 26, 10_000, 8);
        Shard shard = shard(Metric.L2, options, ShardEnvironment.INLINE);
        int rows = 250_000;
        for (int i = 0; i < rows; i++) {
            boolean both = i % 5_000 == 0;
            boolean a = both || i % 10 == 1;
            boolean b = both || i % 10 == 2;
            shard.upsert(row("id-" + i, i, "{\"a\":" + a + ",\"b\":" + b + "}", null), vector());
        }
        shard.seal();
        ShardSnapshot snapshot = shard.snapshot();
        Filter filter =
                FilterParser.parse(
                        new ObjectMapper().readTree("{\"a\":true,\"b\":true}"), snapshot.schema());
        for (int i = 0; i < 20; i++) {
            float[] query = vector();
            List<String> exact = ids(snapshot.searchExact(query, 10, filter));
            assertThat(exact).hasSize(10);
            assertThat(ids(snapshot.search(query, 10, filter, SearchParams.DEFAULT)))
                    .as("seed %d", seed)
                    .isEqualTo(exact);
        }
        shard.close();
    }

    private static List<String> ids(SearchResult result) {
        return result.hits().stream().map(Hit::id).toList();
    }

    private static Shard shard(Metric metric, ShardOptions options, ShardEnvironment environment) {
        return new Shard(
                CollectionSchema.of("c", DIMENSION, metric)
                        .withFields(Map.of("a", FieldType.BOOL, "b", FieldType.BOOL)),
                options,
                environment);
    }

    private static RowImage row(String id, long offset, String metadata, String text) {
        return new RowImage(
                bytes(id),
                0,
                "t-0",
                offset,
                0,
                metadata == null ? null : bytes(metadata),
                text == null ? null : bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private float[] vector() {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }
}
