package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** A fixed number of threads that work on one thing at a time. Closed by whoever made it. */
final class Workers implements AutoCloseable {
    private final int threads;
    private final ExecutorService pool;

    Workers(int threads) {
        this.threads = threads;
        AtomicInteger number = new AtomicInteger();
        this.pool =
                Executors.newFixedThreadPool(
                        threads,
                        task -> {
                            Thread thread =
                                    new Thread(task, "omen-bench-" + number.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    int threads() {
        return threads;
    }

    /** Runs the task once per item, spread over all threads; returns when all are done. */
    void forEach(int items, IntConsumer task) {
        AtomicInteger next = new AtomicInteger();
        onEach(
                thread -> {
                    for (int i = next.getAndIncrement(); i < items; i = next.getAndIncrement()) {
                        task.accept(i);
                    }
                });
    }

    /** Runs the task on every thread at once, with the thread's number; returns when all ended. */
    void onEach(IntConsumer task) {
        List<Future<?>> running = new ArrayList<>();
        for (int thread = 0; thread < threads; thread++) {
            int number = thread;
            running.add(pool.submit(() -> task.accept(number)));
        }
        for (Future<?> one : running) {
            await(one);
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }

    private static void await(Future<?> one) {
        try {
            one.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new OmenException(ErrorCode.INTERNAL, "a benchmark thread failed", e.getCause());
        }
    }
}
