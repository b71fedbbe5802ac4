package io.omendb.flink.server;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * A shard's place at the threads that answer queries, and its part of their line. A query that
 * cannot be taken is refused with an {@link OmenException}: OVERLOADED where too many wait already,
 * or where it waited so long that answering it would make all others late too; UNAVAILABLE once the
 * shard is stopping, which a caller may well try again elsewhere. Safe for use by any thread.
 */
final class QueryPool implements AutoCloseable {
    private final ThreadPoolExecutor threads;
    private final ControlledDelay delay;
    private final int insideMax;
    private final IntSupplier behind;
    private final Runnable leave;

    /** Queries of this shard that wait or run. */
    private final AtomicInteger inside = new AtomicInteger();

    private volatile boolean closed;

    /**
     * A place.
     *
     * @param delay of the line, which all who have a place share
     * @param waitingMax how many queries of this shard may wait
     * @param behind how many searches wait in the line now
     * @param leave called once, when this is closed
     */
    QueryPool(
            ThreadPoolExecutor threads,
            ControlledDelay delay,
            int waitingMax,
            IntSupplier behind,
            Runnable leave) {
        this.threads = threads;
        this.delay = delay;
        this.insideMax = threads.getMaximumPoolSize() + waitingMax;
        this.behind = behind;
        this.leave = leave;
    }

    /** Runs a query, or calls {@code refused}, here or on a thread of the pool, and not both. */
    void execute(Runnable query, Consumer<OmenException> refused) {
        if (closed) {
            refused.accept(QueryThreads.stopping());
            return;
        }
        if (inside.incrementAndGet() > insideMax) {
            left();
            refused.accept(QueryThreads.full());
            return;
        }
        long asked = System.nanoTime();
        try {
            threads.execute(() -> run(asked, query, refused));
        } catch (OmenException e) {
            left();
            refused.accept(e);
        }
    }

    /** Runs a query, or calls {@code refused}, on the calling thread and at once. */
    void executeHere(Runnable query, Consumer<OmenException> refused) {
        inside.incrementAndGet();
        try {
            if (closed) {
                refused.accept(QueryThreads.stopping());
            } else {
                query.run();
            }
        } finally {
            left();
        }
    }

    private void run(long asked, Runnable query, Consumer<OmenException> refused) {
        try {
            long start = System.nanoTime();
            if (closed) {
                refused.accept(QueryThreads.stopping());
            } else if (delay.refuses(start - asked, behind.getAsInt(), start)) {
                refused.accept(
                        new OmenException(
                                ErrorCode.OVERLOADED,
                                "shard has more queries than it has time for; this one waited "
                                        + TimeUnit.NANOSECONDS.toMillis(start - asked)
                                        + " ms in vain"));
            } else {
                query.run();
            }
        } finally {
            left();
        }
    }

    private void left() {
        if (inside.decrementAndGet() == 0 && closed) {
            synchronized (this) {
                notifyAll();
            }
        }
    }

    /** Threads there are at most. */
    int threads() {
        return threads.getMaximumPoolSize();
    }

    /**
     * Waits until no query of this shard runs or waits, after {@link #close}.
     *
     * @return whether that is so in time
     */
    synchronized boolean awaitTermination(long seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (inside.get() > 0) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** Stops; what waits is refused. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        leave.run();
    }
}
