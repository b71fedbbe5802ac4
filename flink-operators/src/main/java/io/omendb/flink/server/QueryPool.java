package io.omendb.flink.server;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
    /** A query's place in the line. */
    interface Turn {

        /**
         * Runs the query on the calling thread, unless it was begun or refused.
         *
         * @return whether it is over: false where it was begun before, by another thread most
         *     likely
         */
        boolean runHere();

        /**
         * Runs the query on the calling thread, whether another has begun or will; only for one
         * that may be run by several.
         */
        void joinHere();

        /** When another thread began it, as {@link System#nanoTime}; 0 until that is known. */
        long begunNanos();
    }

    /** Of a query that was refused. */
    private static final Turn OVER =
            new Turn() {
                @Override
                public boolean runHere() {
                    return true;
                }

                @Override
                public void joinHere() {}

                @Override
                public long begunNanos() {
                    return 0;
                }
            };

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

    /**
     * Has a query run on a thread of the pool, or {@code refused} called there or here, and not
     * both.
     *
     * @return its place in the line, which need not be used
     */
    Turn execute(Runnable query, Consumer<OmenException> refused) {
        Waiting waiting = new Waiting(query, refused);
        if (closed) {
            refused.accept(QueryThreads.stopping());
            return OVER;
        }
        if (inside.incrementAndGet() > insideMax) {
            left();
            refused.accept(QueryThreads.full());
            return OVER;
        }
        try {
            threads.execute(waiting);
        } catch (OmenException e) {
            left();
            refused.accept(e);
            return OVER;
        }
        return waiting;
    }

    /** Runs a query, or calls {@code refused}, on the calling thread and at once. */
    void executeHere(Runnable query, Consumer<OmenException> refused) {
        inside.incrementAndGet();
        runUnlessClosed(query, refused);
    }

    private void runUnlessClosed(Runnable query, Consumer<OmenException> refused) {
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

    /** A query in the line, which whoever is first may take out of it. */
    private final class Waiting implements Runnable, Turn {
        private final Runnable query;
        private final Consumer<OmenException> refused;
        private final long asked = System.nanoTime();
        private final AtomicBoolean begun = new AtomicBoolean();
        private volatile long begunNanos;
        private volatile boolean joined;

        Waiting(Runnable query, Consumer<OmenException> refused) {
            this.query = query;
            this.refused = refused;
        }

        @Override
        public void run() {
            if (begun.getAndSet(true)) {
                if (joined) {
                    runUnlessClosed(query, refused);
                }
                return;
            }
            long start = System.nanoTime();
            begunNanos = start;
            if (!closed && delay.refuses(start - asked, behind.getAsInt(), start)) {
                refuse(start);
            } else {
                runUnlessClosed(query, refused);
            }
        }

        private void refuse(long start) {
            try {
                refused.accept(
                        new OmenException(
                                ErrorCode.OVERLOADED,
                                "shard has more queries than it has time for; this one waited "
                                        + TimeUnit.NANOSECONDS.toMillis(start - asked)
                                        + " ms in vain"));
            } finally {
                left();
            }
        }

        @Override
        public boolean runHere() {
            if (begun.getAndSet(true)) {
                return false;
            }
            // Or it would stay in the line while threads are busy, and count there.
            threads.remove(this);
            runUnlessClosed(query, refused);
            return true;
        }

        @Override
        public void joinHere() {
            joined = true;
            // It has waited long enough for nobody, now that it is being run.
            begun.set(true);
            executeHere(query, refused);
            if (threads.remove(this)) {
                left();
            }
        }

        @Override
        public long begunNanos() {
            return begunNanos;
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

    /** Whether it was stopped. */
    boolean isClosed() {
        return closed;
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
