package io.omendb.flink.server;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.background.Niceness;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The threads that answer queries: one for each processor, for all shards of a process together. A
 * search asks all of them at once, so that with threads for each shard more would run than there
 * are processors, and a search would wait for whichever of them the machine runs last; here a
 * thread that is free answers for the one that is not.
 *
 * <p>They start with the first shard of the process and end with the last. A process here is what
 * one class loader has loaded.
 */
final class QueryThreads {
    /** So many queries of a shard may wait. */
    static final int QUEUE_MAX = 256;

    private static final int SHARDS_QUEUING_MAX = 16;
    private static final int BACKGROUND_QUEUE_MAX = 4;

    /** So many may always wait for a thread. */
    private static final int SHORT_LINE = 4;

    /**
     * Asked for once: a thread that may run on some of them only, as those of a job that starts
     * again beside searches, is told how many those are.
     */
    private static final int PROCESSORS = Math.max(1, Runtime.getRuntime().availableProcessors());

    private static @Nullable QueryThreads shared;

    private final ThreadPoolExecutor threads;
    private final ControlledDelay delay;
    private volatile int shards;

    private QueryThreads() {
        AtomicInteger count = new AtomicInteger();
        threads =
                executor(
                        PROCESSORS,
                        SHARDS_QUEUING_MAX * QUEUE_MAX,
                        task -> daemon(task, "omen-query-" + count.getAndIncrement()));
        delay = delay(threads);
        int started = threads.prestartAllCoreThreads();
        if (started != PROCESSORS) {
            throw new IllegalStateException(started + " threads started");
        }
    }

    /** A place for a shard. */
    static synchronized QueryPool queries() {
        QueryThreads all = shared;
        if (all == null) {
            all = new QueryThreads();
            shared = all;
        }
        all.shards++;
        return new QueryPool(all.threads, all.delay, QUEUE_MAX, all::searches, QueryThreads::leave);
    }

    private static synchronized void leave() {
        QueryThreads all = shared;
        if (all != null && --all.shards == 0) {
            shared = null;
            all.threads.shutdown();
        }
    }

    /** How many wait, each of which does so once for each shard. */
    private int searches() {
        return threads.getQueue().size() / Math.max(1, shards);
    }

    /** Scans all rows now and then to measure recall: of all threads it gets the least. */
    static QueryPool background(int subtask) {
        ThreadPoolExecutor thread =
                executor(
                        1,
                        BACKGROUND_QUEUE_MAX,
                        task ->
                                daemon(
                                        () -> {
                                            Niceness.apply(Niceness.MAX);
                                            task.run();
                                        },
                                        "omen-sampling-" + subtask));
        return new QueryPool(
                thread,
                delay(thread),
                BACKGROUND_QUEUE_MAX,
                thread.getQueue()::size,
                thread::shutdown);
    }

    static OmenException full() {
        return new OmenException(ErrorCode.OVERLOADED, "shard has too many queries waiting");
    }

    static OmenException stopping() {
        return new OmenException(ErrorCode.UNAVAILABLE, "shard is stopping");
    }

    private static ControlledDelay delay(ThreadPoolExecutor threads) {
        return new ControlledDelay(SHORT_LINE * threads.getMaximumPoolSize());
    }

    private static ThreadPoolExecutor executor(int threads, int queueMax, ThreadFactory factory) {
        return new ThreadPoolExecutor(
                threads,
                threads,
                0,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(queueMax),
                factory,
                (task, pool) -> {
                    throw pool.isShutdown() ? stopping() : full();
                });
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }
}
