package io.omendb.flink.server;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.background.Niceness;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The pools that answer a shard's queries. */
final class QueryThreads {
    static final int QUEUE_MAX = 256;
    private static final int BACKGROUND_QUEUE_MAX = 4;

    private QueryThreads() {}

    /** A thread for each processor. */
    static QueryPool queries(int subtask) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors());
        AtomicInteger count = new AtomicInteger();
        return pool(
                threads,
                QUEUE_MAX,
                task -> daemon(task, "omen-query-" + subtask + "-" + count.getAndIncrement()));
    }

    /** Scans all rows now and then to measure recall: of all threads it gets the least. */
    static QueryPool background(int subtask) {
        return pool(
                1,
                BACKGROUND_QUEUE_MAX,
                task ->
                        daemon(
                                () -> {
                                    Niceness.apply(Niceness.MAX);
                                    task.run();
                                },
                                "omen-sampling-" + subtask));
    }

    private static QueryPool pool(int threads, int queueMax, ThreadFactory factory) {
        return new QueryPool(
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(queueMax),
                        factory,
                        (task, pool) -> {
                            throw pool.isShutdown()
                                    ? new OmenException(ErrorCode.UNAVAILABLE, "shard is stopping")
                                    : new OmenException(
                                            ErrorCode.OVERLOADED,
                                            "shard has too many queries waiting");
                        }));
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
