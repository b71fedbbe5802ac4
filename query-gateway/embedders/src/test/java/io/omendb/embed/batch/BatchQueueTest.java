package io.omendb.embed.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BatchQueueTest {
    private final List<List<String>> batches = new ArrayList<>();
    private final List<CompletableFuture<List<float[]>>> answers = new ArrayList<>();

    /** Work that is done when the test says so. */
    private BatchQueue byHand(int batchSize, int concurrent, int textsMax) {
        return new BatchQueue(
                "e",
                new BatchQueue.Bounds(batchSize, concurrent, textsMax),
                texts -> {
                    batches.add(texts);
                    answers.add(new CompletableFuture<>());
                    return answers.get(answers.size() - 1);
                });
    }

    private void answer(int batch) {
        answers.get(batch).complete(vectors(batches.get(batch)));
    }

    private static List<float[]> vectors(List<String> texts) {
        return texts.stream().map(text -> new float[] {Integer.parseInt(text)}).toList();
    }

    private static List<String> texts(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    @Test
    void submit_manyTexts_areBatchesInOrder() throws Exception {
        BatchQueue queue = byHand(2, 2, 100);
        CompletableFuture<List<float[]>> all = queue.submit(texts(0, 5));
        assertThat(batches).containsExactly(texts(0, 2), texts(2, 4));
        answer(1);
        assertThat(batches).hasSize(3);
        answer(2);
        assertThat(all).isNotDone();
        answer(0);
        assertThat(all.get()).extracting(v -> v[0]).containsExactly(0f, 1f, 2f, 3f, 4f);
        assertThat(queue.held()).isZero();
        assertThat(queue.submit(List.of()).get()).isEmpty();
    }

    @Test
    void submit_aShortCallAfterALongOne_hasItsTurn() {
        BatchQueue queue = byHand(1, 1, 100);
        var unused = queue.submit(texts(0, 50));
        CompletableFuture<List<float[]>> one = queue.submit(texts(77, 78));
        answer(0);
        answer(1);
        answer(2);
        assertThat(batches.subList(0, 4))
                .containsExactly(texts(0, 1), texts(1, 2), texts(77, 78), texts(2, 3));
        assertThat(one).isCompleted();
    }

    @Test
    void submit_moreThanItTakes_isRefused_butOneCallMayBeLarge() {
        BatchQueue queue = byHand(10, 1, 3);
        CompletableFuture<List<float[]>> large = queue.submit(texts(0, 20));
        assertThatThrownBy(() -> queue.submit(texts(0, 1)).join())
                .hasRootCauseInstanceOf(OmenException.class)
                .rootCause()
                .hasMessageContaining("as many texts waiting as it takes (3)")
                .extracting(e -> ((OmenException) e).code())
                .isEqualTo(ErrorCode.OVERLOADED);
        answer(0);
        answer(1);
        assertThat(large).isCompleted();
        assertThat(queue.submit(texts(0, 1))).isNotDone();
    }

    @Test
    void submit_cancelled_dropsTheRest_andCancelsWhatIsUnderWay() {
        BatchQueue queue = byHand(1, 2, 10);
        CompletableFuture<List<float[]>> call = queue.submit(texts(0, 10));
        call.cancel(true);
        assertThat(answers).hasSize(2).allMatch(CompletableFuture::isCancelled);
        assertThat(queue.held()).isZero();
        assertThat(queue.submit(texts(0, 10))).isNotDone();
    }

    @Test
    void submit_aBatchFails_failsTheCallAndNoOther() {
        BatchQueue queue = byHand(1, 2, 10);
        CompletableFuture<List<float[]>> fails = queue.submit(texts(0, 3));
        CompletableFuture<List<float[]>> works = queue.submit(texts(5, 6));
        answers.get(0).completeExceptionally(OmenException.invalid("no"));
        assertThat(fails).isCompletedExceptionally();
        answers.get(1).complete(List.of());
        answer(2);
        assertThat(works).isCompleted();
        assertThat(queue.held()).isZero();
        CompletableFuture<List<float[]>> few = queue.submit(texts(0, 1));
        answers.get(3).complete(List.of());
        assertThatThrownBy(few::join).hasRootCauseMessage("Embedder e gave 0 vectors for 1 texts.");
    }

    @Test
    void close_failsWhatWaits() {
        BatchQueue queue = byHand(1, 1, 10);
        CompletableFuture<List<float[]>> call = queue.submit(texts(0, 3));
        queue.close();
        assertThatThrownBy(call::join).hasRootCauseMessage("Embedder e is closed.");
        assertThatThrownBy(() -> queue.submit(texts(0, 1)).join())
                .hasRootCauseMessage("Embedder e is closed.");
    }

    @Test
    void submit_workThatIsDoneAtOnce_doesNotRecurse() throws Exception {
        BatchQueue queue =
                new BatchQueue(
                        "e",
                        new BatchQueue.Bounds(1, 1, 1),
                        texts -> CompletableFuture.completedFuture(vectors(texts)));
        assertThat(queue.submit(texts(0, 100_000)).get()).hasSize(100_000);
    }

    @Test
    void submit_byManyThreads_givesEachItsOwn() throws Exception {
        long seed = System.nanoTime();
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try (BatchQueue queue =
                new BatchQueue(
                        "e",
                        new BatchQueue.Bounds(7, 3, 1_000_000),
                        texts ->
                                CompletableFuture.supplyAsync(
                                        () -> {
                                            most.accumulateAndGet(
                                                    running.incrementAndGet(), Math::max);
                                            List<float[]> vectors = vectors(texts);
                                            running.decrementAndGet();
                                            return vectors;
                                        },
                                        threads))) {
            Random random = new Random(seed);
            List<Integer> sizes = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                sizes.add(1 + random.nextInt(40));
            }
            List<CompletableFuture<Void>> checks = new ArrayList<>();
            for (int i = 0; i < sizes.size(); i++) {
                int from = i * 100;
                int to = from + sizes.get(i);
                checks.add(
                        CompletableFuture.supplyAsync(() -> queue.submit(texts(from, to)))
                                .thenCompose(call -> call)
                                .thenAccept(
                                        vectors -> {
                                            assertThat(vectors).hasSize(to - from);
                                            assertThat(vectors.get(0)[0]).isEqualTo(from);
                                            assertThat(vectors.get(to - from - 1)[0])
                                                    .isEqualTo(to - 1);
                                        }));
            }
            CompletableFuture.allOf(checks.toArray(CompletableFuture[]::new))
                    .get(30, TimeUnit.SECONDS);
            assertThat(most.get()).as("seed %d", seed).isBetween(1, 3);
            assertThat(queue.held()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }
}
