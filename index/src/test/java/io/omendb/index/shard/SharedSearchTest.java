package io.omendb.index.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A search that several threads make together. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedSearchTest {
    private static final int DIMENSION = 16;
    private static final int ROWS = 20_000;
    private static final int PROBES = 60;
    private static final int THREADS = 3;
    private static final int K = 10;
    private static final int QUERIES = 60;

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private Shard shard = shard(Metric.L2);

    private static Shard shard(Metric metric) {
        return new Shard(
                CollectionSchema.of("c", DIMENSION, metric),
                new ShardOptions(3_000, 1 << 20, 2_000, 8));
    }

    @BeforeEach
    void write() {
        for (int i = 0; i < ROWS; i++) {
            byte[] id = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
            shard.upsert(new RowImage(id, 0, "t-0", i, 0, null, null), vector());
        }
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        shard.close();
    }

    @Test
    void threadThatStopsInTheMiddle_isNotWaitedFor_andLittleIsDoneTwice() throws Exception {
        ShardSnapshot snapshot = shard.snapshot();
        float[] query = vector();
        SearchParams params = SearchParams.ofProbes(PROBES);
        SearchResult alone = snapshot.search(query, K, null, params);
        CountDownLatch stopped = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger asked = new AtomicInteger();
        SharedSearch search =
                snapshot.share(
                        query,
                        K,
                        null,
                        params,
                        () -> {
                            if (asked.incrementAndGet() == PROBES / 2) {
                                stopped.countDown();
                                await(goOn);
                            }
                            return false;
                        });
        CompletableFuture<SearchResult> first = CompletableFuture.supplyAsync(search::run, threads);
        await(stopped);
        SearchResult second = search.run();
        assertThat(first).as("seed %d", seed).isNotDone();
        int askedBySecond = asked.get() - PROBES / 2;
        // Half of the lists, those that the first has not shown, and the one it stopped before.
        assertThat(askedBySecond).as("seed %d", seed).isBetween(PROBES / 2, PROBES / 2 + 12);
        goOn.countDown();
        for (SearchResult result : List.of(second, first.get())) {
            assertThat(ids(result)).as("seed %d", seed).doesNotHaveDuplicates().hasSize(K);
            assertThat(overlap(result, alone)).as("seed %d", seed).isGreaterThanOrEqualTo(K - 2);
            assertThat(result.rowsScanned()).as("seed %d", seed).isPositive();
        }
    }

    @ParameterizedTest
    @EnumSource(Metric.class)
    void together_threadsFindWhatOneFinds(Metric metric) throws Exception {
        shard.close();
        shard = shard(metric);
        write();
        for (int i = 0; i < ROWS; i += 3) {
            byte[] id = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
            shard.delete(IdHash.of(id), id, "t-0", ROWS + i);
        }
        int alone = 0;
        int together = 0;
        for (int q = 0; q < QUERIES; q++) {
            ShardSnapshot snapshot = shard.snapshot();
            float[] query = vector();
            SearchResult exact = snapshot.searchExact(query, K, null);
            SearchParams params = SearchParams.ofProbes(PROBES);
            alone += overlap(snapshot.search(query, K, null, params), exact);
            SharedSearch search = snapshot.share(query, K, null, params, () -> false);
            List<CompletableFuture<SearchResult>> all = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                all.add(CompletableFuture.supplyAsync(search::run, threads));
            }
            // Rows come and go meanwhile: they are not of the snapshot.
            shard.upsert(row(3 * q + 1), vector());
            for (CompletableFuture<SearchResult> each : all) {
                assertThat(ids(each.get())).as("seed %d", seed).doesNotHaveDuplicates();
                together += overlap(each.get(), exact);
            }
        }
        assertThat(together / (double) THREADS)
                .as("seed %d", seed)
                .isGreaterThanOrEqualTo(alone - 0.02 * QUERIES * K);
    }

    @Test
    void moreRowsThanAreNear_areFoundAsWell() {
        ShardSnapshot snapshot = shard.snapshot();
        float[] query = vector();
        SearchParams params = SearchParams.ofProbes(1);
        SearchResult result = snapshot.share(query, 100, null, params, () -> false).run();
        assertThat(ids(result)).as("seed %d", seed).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void whatCannotBeDivided_eachThreadMakesAlone() {
        ShardSnapshot snapshot = shard.snapshot();
        SearchParams exact = new SearchParams(true, 0.95, 0, 0, SearchParams.DEFAULT.device());
        SharedSearch search = snapshot.share(vector(), K, null, exact, () -> false);
        assertThat(search.isDivisible()).isFalse();
        assertThat(ids(search.run())).as("seed %d", seed).isEqualTo(ids(search.run()));
    }

    private static RowImage row(int number) {
        byte[] id = Integer.toString(number).getBytes(StandardCharsets.UTF_8);
        return new RowImage(id, 0, "t-0", 3 * ROWS + number, 0, null, null);
    }

    private static int overlap(SearchResult result, SearchResult with) {
        HashSet<String> both = new HashSet<>(ids(result));
        both.retainAll(ids(with));
        return both.size();
    }

    private static List<String> ids(SearchResult result) {
        return result.hits().stream().map(Hit::id).toList();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private float[] vector() {
        float[] vector = new float[DIMENSION];
        for (int i = 0; i < DIMENSION; i++) {
            vector[i] = (float) random.nextGaussian();
        }
        return vector;
    }
}
