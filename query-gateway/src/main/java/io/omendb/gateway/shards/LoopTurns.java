package io.omendb.gateway.shards;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the gateway's event loops do in a turn, which is to go once through all connections that
 * have sent something. Where loops search themselves ({@link InlineSearches}), requests wait for
 * them unread, in the connections' buffers, and how long a turn takes is how long they wait.
 *
 * <p>A loop is overloaded once for a whole interval it did nothing but long turns. Then it searches
 * for a moment of each turn and refuses what else it comes across, unread, until nothing was
 * refused for a while. So what is answered is answered in about two turns, however many ask.
 *
 * <p>Safe for use by any thread; a loop is known by its thread.
 */
public final class LoopTurns {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** A longer turn is too long, as waiting for so long is elsewhere. */
    private static final long TARGET_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Under overload no search is begun later in a turn. */
    private static final long BUDGET_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Of an interval, in long turns. */
    private static final double OVERLOAD = 0.75;

    private final int busy;
    private final LongSupplier nanoClock;
    private final ThreadLocal<Turns> loops = ThreadLocal.withInitial(Turns::new);
    private final LongAdder refusals = new LongAdder();
    private final LongAdder searches = new LongAdder();
    private volatile boolean overloaded;
    private volatile long refusedAt;

    /**
     * Turns.
     *
     * @param busy so many searches in a turn are never taken for overload
     * @param nanoClock as {@link System#nanoTime}
     */
    LoopTurns(int busy, LongSupplier nanoClock) {
        this.busy = busy;
        this.nanoClock = nanoClock;
    }

    /**
     * Takes notice of a search that the calling thread, a loop, has come across.
     *
     * @param loop runs what it is given at the end of the turn
     * @return whether to refuse it
     */
    public boolean refuses(Executor loop) {
        if (!loops.get().refuses(loop)) {
            return false;
        }
        refusals.increment();
        return true;
    }

    /** Whether the calling thread is a loop in a turn in which it came across a search. */
    boolean isTurn() {
        return loops.get().open;
    }

    /** Whether loops refuse what they have no time for. */
    boolean isOverloaded() {
        return overloaded;
    }

    /** Takes notice of a search that a loop makes itself. */
    void searches() {
        searches.increment();
    }

    /** Searches that loops have made themselves, so far. */
    public long searchesMade() {
        return searches.sum();
    }

    /** Searches refused so far. */
    long refusals() {
        return refusals.sum();
    }

    /** Of one loop, and used by its thread. */
    private final class Turns {
        private boolean open;
        private long start;
        private int asked;

        private long intervalStart = nanoClock.getAsLong();

        /** Of the interval, in long turns. */
        private long longNanos;

        boolean refuses(Executor loop) {
            long now = nanoClock.getAsLong();
            if (!open) {
                open = true;
                start = now;
                asked = 0;
                loop.execute(this::end);
            }
            asked++;
            if (!overloaded || now - start < BUDGET_NANOS) {
                return false;
            }
            refusedAt = now;
            return true;
        }

        private void end() {
            long now = nanoClock.getAsLong();
            open = false;
            if (asked > busy && now - start > TARGET_NANOS) {
                longNanos += now - start;
            }
            long passed = now - intervalStart;
            if (passed < INTERVAL_NANOS) {
                return;
            }
            if (overloaded) {
                overloaded = now - refusedAt < CALM_NANOS;
            } else if (longNanos >= OVERLOAD * passed) {
                refusedAt = now;
                overloaded = true;
            }
            intervalStart = now;
            longNanos = 0;
        }
    }
}
