package io.omendb.gateway.shards;

import java.util.concurrent.TimeUnit;

/** When a request must have been answered. */
public final class Deadline {
    private final int timeoutMs;
    private final long endNanos;

    private Deadline(int timeoutMs, long endNanos) {
        this.timeoutMs = timeoutMs;
        this.endNanos = endNanos;
    }

    /** {@code timeoutMs} from a point of {@link System#nanoTime}. */
    public static Deadline of(long startNanos, int timeoutMs) {
        return new Deadline(timeoutMs, startNanos + TimeUnit.MILLISECONDS.toNanos(timeoutMs));
    }

    /** What was allowed in the beginning. */
    public int timeoutMs() {
        return timeoutMs;
    }

    /** What is left; 0 where it has passed. */
    public long leftMs() {
        return Math.max(0, TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime()));
    }
}
