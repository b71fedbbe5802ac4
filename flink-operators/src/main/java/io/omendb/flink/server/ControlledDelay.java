package io.omendb.flink.server;

/**
 * Tells a burst, which a queue is for, from more work than there is time for, which a queue only
 * makes late: one waits in vain once, for a whole interval, nothing got through the line without
 * waiting. After CoDel (Nichols and Jacobson, Controlling Queue Delay, 2012) as servers use it
 * (Maurer, Fail at Scale, 2015). A short line is left alone however slowly it moves: few callers
 * with long queries are better served late than not. Safe for use by several threads.
 */
final class ControlledDelay {
    private static final long INTERVAL_NANOS = 100_000_000;
    private static final long TARGET_NANOS = 5_000_000;
    private static final long PATIENCE_NANOS = 2 * TARGET_NANOS;

    private final int shortLine;
    private long intervalEnd;
    private boolean started;
    private long shortestWait;
    private boolean overloaded;

    /**
     * For a line.
     *
     * @param shortLine how many may always wait
     */
    ControlledDelay(int shortLine) {
        this.shortLine = shortLine;
    }

    /**
     * Takes notice of a query whose turn it is.
     *
     * @param waited nanoseconds that it waited
     * @param behind how many wait behind it
     * @param now {@link System#nanoTime()}
     * @return whether to refuse it
     */
    synchronized boolean refuses(long waited, int behind, long now) {
        if (!started) {
            started = true;
            shortestWait = waited;
            intervalEnd = now + INTERVAL_NANOS;
        }
        shortestWait = Math.min(shortestWait, waited);
        if (now - intervalEnd >= 0) {
            overloaded = shortestWait > TARGET_NANOS;
            shortestWait = waited;
            intervalEnd = now + INTERVAL_NANOS;
        }
        if (waited <= TARGET_NANOS) {
            overloaded = false;
        }
        return overloaded && waited > PATIENCE_NANOS && behind > shortLine;
    }
}
