package io.omendb.gateway.shards;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Bounds the searches that shards are asked at a time, once more is asked than there is time for.
 *
 * <p>A burst may be as large as it likes: it is over soon. Overload is a line that stands: for a
 * whole interval more searches were under way than keep the shards busy, and the mean of them
 * waited too long. Then the limit is halved, and so again while they wait. It grows by one an
 * interval while searches are refused that need not wait, and goes once none was refused for a
 * while. What is over the limit is refused before its body is read: that is what makes a refusal
 * cheap, and an answer fast. In a shard's own line ({@code ControlledDelay}) a search has waited
 * already when it is refused, and has been read, parsed and sent.
 *
 * <p>How long a search waited is what it took, less what the slowest shard worked on it, less the
 * least that this came to lately, which is the way there and back. So neither long searches nor
 * distant shards are taken for overload.
 *
 * <p>What is asked here is with other threads as a whole. What an event loop does itself, or offers
 * to others while it does, is bounded by its {@link #turns}.
 *
 * <p>The measure is CoDel's (Nichols and Jacobson, Controlling Queue Delay, 2012), the way to the
 * limit that of TCP: additive increase, multiplicative decrease. Safe for use by any thread.
 */
public final class SearchLimit {
    private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** Waiting for so long is too long, as in the shards' own lines. */
    private static final long TARGET_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    /** Where there is a limit, it is for answers to come about as fast as without overload. */
    private static final long LIMITED_TARGET_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** The way to the shards is measured anew as often. */
    private static final long ROUTE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final String REFUSAL =
            "The gateway has more searches under way than there is time for; try again in a"
                    + " moment.";

    private final int busy;
    private final int most;
    private final LongSupplier nanoClock;
    private final SearchPlaces places = new SearchPlaces();
    private final LoopTurns turns;

    private int limit;
    private int inFlight;
    private long refusals;

    private long intervalEnd;
    private long calmSince;
    private int fewest;
    private int largest;
    private long waitedNanos;
    private int answers;
    private boolean refused;

    private long routeSince;
    private long quickest = Long.MAX_VALUE;
    private long quickestBefore = Long.MAX_VALUE;

    /**
     * A limit.
     *
     * @param busy so many searches at a time are never taken for overload; half of them keep the
     *     shards busy, which the limit does not fall below
     * @param most what it is said to be without overload, when nothing is refused here
     * @param nanoClock as {@link System#nanoTime}
     */
    public SearchLimit(int busy, int most, LongSupplier nanoClock) {
        this.busy = busy;
        this.most = most;
        this.nanoClock = nanoClock;
        this.turns = new LoopTurns(busyInTurn(busy), nanoClock);
        this.limit = most;
        this.calmSince = nanoClock.getAsLong();
        this.routeSince = calmSince;
        this.intervalEnd = calmSince + INTERVAL_NANOS;
    }

    /** One that never refuses. */
    public static SearchLimit none() {
        return new SearchLimit(Integer.MAX_VALUE, Integer.MAX_VALUE, System::nanoTime);
    }

    /** Of one loop, of which there is about one for each processor. */
    private static int busyInTurn(int busy) {
        return Math.max(1, busy / Runtime.getRuntime().availableProcessors());
    }

    /** Who worked on searches. */
    public SearchPlaces places() {
        return places;
    }

    /** What event loops do themselves. */
    public LoopTurns turns() {
        return turns;
    }

    /** Whether to refuse one more search, which then counts as refused. */
    public synchronized boolean refuses() {
        turn(nanoClock.getAsLong());
        if (limit == most || inFlight < limit) {
            return false;
        }
        refused = true;
        refusals++;
        return true;
    }

    /**
     * Begins a search, for the end of which one of the others is called once.
     *
     * @throws OmenException OVERLOADED where there are too many
     */
    synchronized void enter() {
        if (refuses()) {
            throw refusal();
        }
        inFlight++;
        largest = Math.max(largest, inFlight);
    }

    /** What a refused search is answered. */
    public static OmenException refusal() {
        return new OmenException(ErrorCode.OVERLOADED, REFUSAL);
    }

    /**
     * Ends a search that the shards have answered, or refused for having waited.
     *
     * @param idle nanoseconds that it took while no shard worked on it
     */
    synchronized void answered(long idle) {
        quickest = Math.min(quickest, Math.max(0, idle));
        waitedNanos += Math.max(0, idle);
        answers++;
        left();
    }

    /** Ends a search that came to nothing, which says nothing of how long others wait. */
    synchronized void left() {
        inFlight--;
        fewest = Math.min(fewest, inFlight);
        turn(nanoClock.getAsLong());
    }

    private void turn(long now) {
        if (now - intervalEnd < 0) {
            return;
        }
        long waited = answers == 0 ? 0 : waitedNanos / answers - Math.min(quickest, quickestBefore);
        boolean overloaded =
                limit < most
                        ? refused && waited > LIMITED_TARGET_NANOS
                        : fewest > busy && waited > TARGET_NANOS;
        if (overloaded) {
            limit = Math.max(Math.max(1, busy / 2), Math.min(limit, largest) / 2);
            calmSince = now;
        } else if (refused) {
            limit = Math.min(most, limit + 1);
            calmSince = now;
        } else if (now - calmSince >= CALM_NANOS) {
            limit = most;
        }
        if (now - routeSince >= ROUTE_NANOS) {
            routeSince = now;
            quickestBefore = quickest;
            quickest = Long.MAX_VALUE;
        }
        intervalEnd = now + INTERVAL_NANOS;
        fewest = inFlight;
        largest = inFlight;
        waitedNanos = 0;
        answers = 0;
        refused = false;
    }

    /** Searches that shards are asked now. */
    public synchronized int inFlight() {
        return inFlight;
    }

    /** How many may be, now. */
    public synchronized int limit() {
        return limit;
    }

    /** Searches refused so far, by loops for their turns, too. */
    public synchronized long refusals() {
        return refusals + turns.refusals();
    }
}
