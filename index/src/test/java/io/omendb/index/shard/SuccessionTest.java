package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.file.RowImage;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.CodebookSplit;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.ivf.ProcessorIndexBuilder;
import io.omendb.index.segment.Segment;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** A shard that goes to its next codebook while rows come in. */
class SuccessionTest {
    private static final int DIMENSION = 16;
    private static final int SEAL_ROWS = 2_000;
    private static final int ROWS = 7_000;
    private static final int STEPS_MAX = 100;
    private static final int K = 10;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private boolean maintained = true;
    private int rows;

    @Test
    void searches_neverSeeTwoCodebooks() {
        Shard shard = shard();
        Codebook next = successor(shard);
        int segments = shard.snapshot().segments().size();
        Succession succession = new Succession(shard, next, SuccessionTest::encoded, true);
        boolean done = false;
        int steps = 0;
        while (!done) {
            assertThat(codebooks(shard)).as("seed %d", seed).containsExactly(codebook(shard));
            assertThat(codebook(shard)).as("seed %d", seed).isNotSameAs(next);
            write(shard, 150);
            if (++steps == 2) {
                shard.seal();
                segments++;
            }
            done = succession.step();
        }
        assertThat(steps).as("seed %d", seed).isLessThan(STEPS_MAX);
        assertThat(codebook(shard)).as("seed %d", seed).isSameAs(next);
        assertThat(codebooks(shard)).as("seed %d", seed).containsExactly(next);
        assertThat(shard.snapshot().index().model().rows()).as("seed %d", seed).isPositive();
        // Nothing is sealed just because the codebook changes: each segment costs searches.
        assertThat(shard.snapshot().segments()).as("seed %d", seed).hasSize(segments);
        checkSearches(shard);
        write(shard, 3_000);
        checkSearches(shard);
        shard.close();
    }

    @Test
    void fasterWriter_isNotWaitedFor() {
        Shard shard = shard();
        Codebook next = successor(shard);
        Succession succession = new Succession(shard, next, SuccessionTest::encoded, false);
        int steps = 0;
        do {
            write(shard, SEAL_ROWS + 600);
            steps++;
        } while (!succession.step());
        assertThat(steps).as("seed %d", seed).isLessThan(STEPS_MAX);
        assertThat(codebook(shard)).as("seed %d", seed).isSameAs(next);
        checkSearches(shard);
        shard.close();
    }

    @Test
    void rowsThatCameMeanwhile_orASealedSegment_holdTheSwapUp() {
        Shard shard = shard();
        Codebook next = successor(shard);
        SuccessorLists lists = new SuccessorLists(next);
        for (Segment segment : shard.frozenSegments()) {
            lists.put(segment, encoded(segment, next));
        }
        IndexState state = shard.snapshot().index().next(next);
        lists.catchUp(newest(shard));
        write(shard, lists.rowsLocked() + 1);
        assertThat(shard.use(state, lists)).as("seed %d", seed).isFalse();
        lists.catchUp(newest(shard));
        shard.seal();
        assertThat(shard.use(state, lists)).as("seed %d", seed).isFalse();
        assertThat(codebooks(shard)).as("seed %d", seed).doesNotContain(next);
        Segment sealed = shard.frozenSegments().get(shard.frozenSegments().size() - 1);
        assertThat(lists.missing(shard.frozenSegments())).isSameAs(sealed);
        assertThat(lists.finish(sealed)).as("seed %d", seed).isTrue();
        lists.catchUp(newest(shard));
        write(shard, lists.rowsLocked());
        // What was made for the segment while it grew was of use when it was sealed.
        assertThat(shard.use(state, lists)).as("seed %d", seed).isTrue();
        assertThat(codebooks(shard)).as("seed %d", seed).containsExactly(next);
        checkSearches(shard);
        shard.close();
    }

    /** The writer, the background and searches each have threads of their own. */
    @Test
    void searchesDuringSuccessions_findEveryLiveRow() throws Exception {
        ExecutorService background = Executors.newSingleThreadExecutor();
        ShardOptions options = new ShardOptions(SEAL_ROWS, 1 << 20, 1_000, 2);
        Shard shard =
                new Shard(
                        CollectionSchema.of("c", DIMENSION, Metric.L2),
                        options,
                        new ShardEnvironment(null, background));
        AtomicBoolean writing = new AtomicBoolean(true);
        Random queries = new Random(seed + 1);
        try {
            write(shard, 2_000);
            CompletableFuture<Integer> searching =
                    CompletableFuture.supplyAsync(
                            () -> {
                                int searches = 0;
                                while (writing.get()) {
                                    searchOnce(shard, queries);
                                    searches++;
                                }
                                return searches;
                            });
            write(shard, 30_000);
            // How soon it is trained again is for the background to say, which has its own pace.
            long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (shard.snapshot().index() == null || codebook(shard).version() <= 2) {
                assertThat(System.nanoTime()).as("seed %d", seed).isLessThan(patience);
                write(shard, 1_000);
            }
            for (int i = 0; i < 500; i++) {
                byte[] id = Integer.toString(i * 50).getBytes(StandardCharsets.UTF_8);
                shard.upsert(new RowImage(id, 0, "t-0", rows + i, 0, null, null), vectors(1));
            }
            writing.set(false);
            assertThat(searching.get(60, TimeUnit.SECONDS)).as("seed %d", seed).isPositive();
            shard.seal();
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (!shard.isSettled()) {
                assertThat(System.nanoTime()).as("seed %d", seed).isLessThan(deadline);
                Thread.onSpinWait();
            }
            assertThat(codebook(shard).version()).as("seed %d", seed).isGreaterThan(2);
            assertThat(codebooks(shard)).as("seed %d", seed).containsExactly(codebook(shard));
            checkSearches(shard);
        } finally {
            writing.set(false);
            background.shutdownNow();
            shard.close();
        }
    }

    private void searchOnce(Shard shard, Random queries) {
        float[] query = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            query[i] = (float) queries.nextGaussian();
        }
        ShardSnapshot snapshot = shard.snapshot();
        List<String> near = ids(snapshot.search(query, K, null, SearchParams.ofProbes(100_000)));
        assertThat(near).as("seed %d", seed).hasSize(K).doesNotHaveDuplicates();
        List<String> exact = ids(snapshot.searchExact(query, K, null));
        assertThat(near.stream().filter(exact::contains).count())
                .as("seed %d", seed)
                .isGreaterThanOrEqualTo(K - 4);
    }

    private static Segment newest(Shard shard) {
        List<Segment> all = shard.snapshot().segments();
        return all.get(all.size() - 1);
    }

    private Shard shard() {
        ShardOptions options = new ShardOptions(SEAL_ROWS, 1 << 20, 2_000, 1000);
        ShardEnvironment environment =
                new ShardEnvironment(
                        null,
                        task -> {
                            if (maintained) {
                                task.run();
                            }
                        });
        Shard shard =
                new Shard(CollectionSchema.of("c", DIMENSION, Metric.L2), options, environment);
        write(shard, ROWS);
        maintained = false;
        return shard;
    }

    private Codebook successor(Shard shard) {
        return CodebookSplit.split(
                codebook(shard), List.of(0, 3, 5), (list, max) -> vectors(max), seed);
    }

    private static PackedLists encoded(Segment segment, Codebook codebook) {
        return ListsBuilder.encode(
                ProcessorIndexBuilder.INSTANCE,
                codebook,
                segment.rowCount(),
                (row, into) -> segment.vectors().read(row, 1, into, 0));
    }

    private static Codebook codebook(Shard shard) {
        IndexState index = shard.snapshot().index();
        assertThat(index).isNotNull();
        return index.codebook();
    }

    private static Set<Codebook> codebooks(Shard shard) {
        Set<Codebook> found = new HashSet<>();
        for (Segment segment : shard.snapshot().segments()) {
            PostingLists lists = segment.lists();
            assertThat(lists).isNotNull();
            found.add(lists.codebook());
        }
        return found;
    }

    private void checkSearches(Shard shard) {
        ShardSnapshot snapshot = shard.snapshot();
        assertThat(snapshot.count(null)).as("seed %d", seed).isEqualTo(rows);
        int found = 0;
        for (int q = 0; q < 30; q++) {
            float[] query = vectors(1);
            List<String> exact = ids(snapshot.searchExact(query, K, null));
            List<String> near =
                    ids(snapshot.search(query, K, null, SearchParams.ofProbes(100_000)));
            found += (int) exact.stream().filter(near::contains).count();
        }
        // All lists are probed: only the error bound, which holds nearly always, can lose a row.
        assertThat(found / (30.0 * K)).as("seed %d", seed).isGreaterThan(0.95);
    }

    private void write(Shard shard, int count) {
        for (int i = 0; i < count; i++) {
            byte[] id = Integer.toString(rows).getBytes(StandardCharsets.UTF_8);
            shard.upsert(new RowImage(id, 0, "t-0", rows, 0, null, null), vectors(1));
            rows++;
        }
    }

    private float[] vectors(int count) {
        float[] vectors = new float[count * DIMENSION];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = (float) random.nextGaussian();
        }
        return vectors;
    }

    private static List<String> ids(SearchResult result) {
        return result.hits().stream().map(Hit::id).toList();
    }
}
