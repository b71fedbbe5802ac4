package io.omendb.flink.server;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The threads that answer a shard's queries, and their line. A query that cannot be taken is
 * refused with an {@link OmenException}: OVERLOADED where too many wait already, or where it waited
 * so long that answering it would make all others late too; UNAVAILABLE once the shard is stopping,
 * which a caller may well try again elsewhere. Safe for use by any thread.
 */
final class QueryPool implements AutoCloseable {
    /** So many may always wait for a thread. */
    private static final int SHORT_LINE = 4;

    private final ThreadPoolExecutor threads;
    private final ControlledDelay delay;

    QueryPool(ThreadPoolExecutor threads) {
        this.threads = threads;
        this.delay = new ControlledDelay(SHORT_LINE * threads.getMaximumPoolSize());
    }

    /** Runs a query, or calls {@code refused}, here or on a thread of the pool, and not both. */
    void execute(Runnable query, Consumer<OmenException> refused) {
        long asked = System.nanoTime();
        try {
            threads.execute(() -> run(asked, query, refused));
        } catch (OmenException e) {
            refused.accept(e);
        }
    }

    private void run(long asked, Runnable query, Consumer<OmenException> refused) {
        long start = System.nanoTime();
        if (delay.refuses(start - asked, threads.getQueue().size(), start)) {
            refused.accept(
                    new OmenException(
                            ErrorCode.OVERLOADED,
                            "shard has more queries than it has time for; this one waited "
                                    + TimeUnit.NANOSECONDS.toMillis(start - asked)
                                    + " ms in vain"));
            return;
        }
        query.run();
    }

    /** Threads there are at most. */
    int threads() {
        return threads.getMaximumPoolSize();
    }

    /** Starts all threads, which else begin with the first queries. */
    int prestart() {
        return threads.prestartAllCoreThreads();
    }

    boolean awaitTermination(long seconds) throws InterruptedException {
        return threads.awaitTermination(seconds, TimeUnit.SECONDS);
    }

    /** Stops; what waits is not run. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
