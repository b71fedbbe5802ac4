package io.omendb.gateway.operations;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Counts what happened in the last 24 hours, to the quarter of an hour. Safe for use by any thread.
 */
final class DailyCount {
    private static final int SLOTS = 96;
    private static final long SLOT_MS = TimeUnit.DAYS.toMillis(1) / SLOTS;

    private final LongSupplier clockMs;
    private final long[] counts = new long[SLOTS];
    private long slot;

    /**
     * A count of nothing.
     *
     * @param clockMs milliseconds, never going back
     */
    DailyCount(LongSupplier clockMs) {
        this.clockMs = clockMs;
        this.slot = clockMs.getAsLong() / SLOT_MS;
    }

    synchronized void increment() {
        forward();
        counts[(int) (slot % SLOTS)]++;
    }

    synchronized long sum() {
        forward();
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    private void forward() {
        long now = clockMs.getAsLong() / SLOT_MS;
        for (int i = 0; slot < now && i < SLOTS; i++) {
            slot++;
            counts[(int) (slot % SLOTS)] = 0;
        }
        slot = Math.max(slot, now);
    }
}
