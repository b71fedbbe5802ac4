package io.omendb.gateway.shards;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.concurrent.TimeUnit;

/** When a request must have been answered; sooner where nobody waits for the answer any more. */
public final class Deadline {
    private final int timeoutMs;
    private final long endNanos;
    private final Departure gone;

    private Deadline(int timeoutMs, long endNanos, Departure gone) {
        this.timeoutMs = timeoutMs;
        this.endNanos = endNanos;
        this.gone = gone;
    }

    /** {@code timeoutMs} from a point of {@link System#nanoTime}, for one who does not go away. */
    public static Deadline of(long startNanos, int timeoutMs) {
        return of(Asked.at(startNanos), timeoutMs);
    }

    static Deadline of(Asked asked, int timeoutMs) {
        return new Deadline(
                timeoutMs,
                asked.startNanos() + TimeUnit.MILLISECONDS.toNanos(timeoutMs),
                asked.gone());
    }

    /** What is left now, and so much more. */
    public Deadline later(int ms) {
        return of(new Asked(System.nanoTime(), gone), (int) leftMs() + ms);
    }

    /** The same, for one who goes away at another time. */
    public Deadline unless(Departure other) {
        return new Deadline(timeoutMs, endNanos, other);
    }

    /**
     * A share of what is left, for a step of several: a shard that does not answer in one is not to
     * take the time of those that come after it.
     *
     * @param steps how many are still to come, this one included
     */
    public Deadline share(int steps) {
        long now = System.nanoTime();
        return new Deadline(timeoutMs, now + Math.max(0, endNanos - now) / steps, gone);
    }

    /** What was allowed in the beginning. */
    public int timeoutMs() {
        return timeoutMs;
    }

    /** What is left; 0 where it has passed. */
    public long leftMs() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()));
    }

    /**
     * Ends work of many steps between two of them, where it is in vain.
     *
     * @throws OmenException TIMEOUT where the time has passed, UNAVAILABLE where nobody waits
     */
    public void check() {
        if (gone.hasHappened()) {
            throw Gathering.abandoned();
        }
        if (leftMs() == 0) {
            throw new OmenException(
                    ErrorCode.TIMEOUT,
                    "The work was not done within the " + timeoutMs + " ms of the request.");
        }
    }

    /** Happens once nobody waits any more. */
    public Departure gone() {
        return gone;
    }
}
