package io.omendb.gateway.shards;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What the gateway's event loops do in a turn, which is to go once through all connections that
 * have sent something. Where loops search themselves ({@link InlineSearches}), requests wait for
 * them unread, in the connections' buffers, and how long a turn takes is how long they wait.
 *
 * <p>There is overload once a loop spent most of an interval in long turns of many searches. Then
 * all loops, which share the processors, search for a moment of each turn and refuse what else they
 * come across, unread, until for a while none had to in a turn with many. So what is answered is
 * answered in about two turns, however many ask.
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

    /** A single one is a burst, or the machine has paused. */
    private static final int LONG_TURNS = 2;

    private final int busy;
    private final LongSupplier nanoClock;
    private final ThreadLocal<@Nullable Turns> loops = new ThreadLocal<>();
    private final LongAdder refusals = new LongAdder();
    private final LongAdder searches = new LongAdder();
    private volatile boolean overloaded;
    private volatile long refusedAt;

    /**
     * Turns.
     *
     * @param busy so many searches in a turn are no sign of overload
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
        Turns own = loops.get();
        if (own == null) {
            own = new Turns();
            loops.set(own);
        }
        if (!own.refuses(loop)) {
            return false;
        }
        refusals.increment();
        return true;
    }

    /** Whether the calling thread is a loop in a turn in which it came across a search. */
    boolean isTurn() {
        Turns own = loops.get();
        return own != null && own.open;
    }

    /** Searches that the calling thread, a loop, has made itself in this turn. */
    int madeInTurn() {
        Turns own = loops.get();
        return own == null || !own.open ? 0 : own.made;
    }

    /** Whether loops refuse what they have no time for. */
    boolean isOverloaded() {
        return overloaded;
    }

    /** Takes notice of a search that the calling thread, a loop, makes itself. */
    void searches() {
        Turns own = loops.get();
        if (own != null) {
            own.made++;
        }
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
        private int made;
        private boolean refused;

        private long intervalStart = nanoClock.getAsLong();

        /** Of the interval, in long turns. */
        private long longNanos;

        private int longTurns;

        boolean refuses(Executor loop) {
            long now = nanoClock.getAsLong();
            if (!open) {
                begin(loop, now);
            }
            asked++;
            if (!overloaded || now - start < BUDGET_NANOS) {
                return false;
            }
            refused = true;
            return true;
        }

        private void begin(Executor loop, long now) {
            loop.execute(this::end);
            open = true;
            start = now;
            asked = 0;
            made = 0;
            refused = false;
            if (overloaded && now - refusedAt >= CALM_NANOS) {
                overloaded = false;
            }
        }

        private void end() {
            long now = nanoClock.getAsLong();
            open = false;
            if (refused && asked > busy) {
                refusedAt = now;
            }
            if (made > busy && now - start > TARGET_NANOS) {
                longNanos += now - start;
                longTurns++;
            }
            long passed = now - intervalStart;
            if (passed < INTERVAL_NANOS) {
                return;
            }
            if (!overloaded && longTurns >= LONG_TURNS && longNanos >= OVERLOAD * passed) {
                refusedAt = now;
                overloaded = true;
            }
            intervalStart = now;
            longNanos = 0;
            longTurns = 0;
        }
    }
}
