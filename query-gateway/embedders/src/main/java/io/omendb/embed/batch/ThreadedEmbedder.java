package io.omendb.embed.batch;

import io.omendb.embed.Embedder;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** An embedder that computes, on threads of its own: as many as {@code concurrent} says. */
public final class ThreadedEmbedder implements Embedder {
    private static final int END_SECONDS = 30;

    /** What is computed. */
    public interface Computation {
        /**
         * Vectors of a batch, in order. Runs on several threads at a time.
         *
         * @throws io.omendb.OmenException as {@link Embedder#embed} has it
         */
        List<float[]> embed(List<String> texts);

        /** Called once, when no thread computes any more. */
        default void close() {}
    }

    private final int dimension;
    private final Computation computation;
    private final ExecutorService threads;
    private final BatchQueue queue;

    private ThreadedEmbedder(
            String name, int dimension, BatchQueue.Bounds bounds, Computation computation) {
        this.dimension = dimension;
        this.computation = computation;
        this.threads = Executors.newFixedThreadPool(bounds.concurrent(), named(name));
        this.queue =
                new BatchQueue(
                        name, bounds, texts -> new Computing(computation, texts).on(threads));
    }

    /**
     * A batch that keeps its place until its thread is done with it. If giving it up made room for
     * another, batches would pile up before the threads.
     */
    private static final class Computing extends CompletableFuture<List<float[]>> {
        private final Computation computation;
        private final List<String> texts;
        private volatile boolean unwanted;

        Computing(Computation computation, List<String> texts) {
            this.computation = computation;
            this.texts = texts;
        }

        Computing on(Executor threads) {
            threads.execute(this::compute);
            return this;
        }

        private void compute() {
            try {
                if (unwanted) {
                    throw new CancellationException();
                }
                complete(computation.embed(texts));
            } catch (RuntimeException | LinkageError e) {
                completeExceptionally(e);
            }
        }

        @Override
        public boolean cancel(boolean mayInterrupt) {
            unwanted = true;
            return false;
        }
    }

    /**
     * Starts the threads.
     *
     * @param name for messages and for the threads
     * @param computation closed with the embedder
     */
    public static ThreadedEmbedder start(
            String name, int dimension, BatchQueue.Bounds bounds, Computation computation) {
        return new ThreadedEmbedder(name, dimension, bounds, computation);
    }

    private static ThreadFactory named(String name) {
        AtomicInteger number = new AtomicInteger();
        return work -> {
            Thread thread = new Thread(work, "omen-embed-" + name + "-" + number.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    @Override
    public int dimension() {
        return dimension;
    }

    @Override
    public CompletionStage<List<float[]>> embed(List<String> texts) {
        return queue.submit(texts);
    }

    @Override
    public void close() {
        if (threads.isShutdown()) {
            return;
        }
        queue.close();
        threads.shutdown();
        try {
            // A computation may hold memory outside the heap that must not go while it is used.
            if (threads.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
                computation.close();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
