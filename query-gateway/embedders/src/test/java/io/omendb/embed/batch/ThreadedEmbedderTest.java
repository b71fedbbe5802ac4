package io.omendb.embed.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThreadedEmbedderTest {
    private final List<String> computed = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch started = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger closed = new AtomicInteger();

    private final ThreadedEmbedder embedder =
            ThreadedEmbedder.start(
                    "e",
                    1,
                    new BatchQueue.Bounds(1, 1, 3),
                    new ThreadedEmbedder.Computation() {
                        @Override
                        public List<float[]> embed(List<String> texts) {
                            computed.addAll(texts);
                            started.countDown();
                            await(gate);
                            if (texts.contains("bad")) {
                                throw OmenException.invalid("bad");
                            }
                            return texts.stream().map(text -> new float[] {1}).toList();
                        }

                        @Override
                        public void close() {
                            closed.incrementAndGet();
                        }
                    });

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private CompletableFuture<List<float[]>> embed(String text) {
        return embedder.embed(List.of(text)).toCompletableFuture();
    }

    @Test
    void embed_givenUp_keepsItsThread_andLetsNothingPileUp() throws Exception {
        CompletableFuture<List<float[]>> first = embed("first");
        await(started);
        first.cancel(true);
        for (int i = 0; i < 10; i++) {
            embed("unwanted").cancel(true);
        }
        CompletableFuture<List<float[]>> second = embed("second");
        CompletableFuture<List<float[]>> third = embed("third");
        // The first one still counts: its thread works on it.
        assertThatThrownBy(embed("fourth")::join).hasMessageContaining("as many texts waiting");
        assertThat(computed).containsExactly("first");

        gate.countDown();
        assertThat(second.get(30, TimeUnit.SECONDS)).hasSize(1);
        assertThat(third.get(30, TimeUnit.SECONDS)).hasSize(1);
        assertThat(computed).containsExactly("first", "second", "third");
        assertThatThrownBy(embed("bad")::join).hasRootCauseMessage("bad");
        embedder.close();
        embedder.close();
        assertThat(closed).hasValue(1);
    }

    @Test
    void close_waitsForTheThreads_beforeTheComputationIsClosed() throws Exception {
        CompletableFuture<List<float[]>> call = embed("a");
        await(started);
        Thread closing = new Thread(embedder::close);
        closing.start();
        assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
                .hasRootCauseMessage("Embedder e is closed.");
        assertThat(closed).hasValue(0);
        gate.countDown();
        closing.join(30_000);
        assertThat(closed).hasValue(1);
    }
}
