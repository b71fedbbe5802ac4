package io.omendb.embed.batch;

import io.omendb.embed.Embedder;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
                        name,
                        bounds,
                        texts ->
                                CompletableFuture.supplyAsync(
                                        () -> computation.embed(texts), threads));
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
