package io.omendb.gateway.freshness;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where one log ended at some moments of the last seconds. Safe for use by any thread. */
final class EndsHistory {
    private static final int MOMENTS_MAX = 64;

    private final Deque<Moment> moments = new ArrayDeque<>();

    private record Moment(long nanos, Map<Integer, Long> ends) {}

    /**
     * Adds a moment.
     *
     * @param nanos {@link System#nanoTime} when the ends were asked for: they are not older
     */
    synchronized void add(long nanos, Map<Integer, Long> ends) {
        moments.addLast(new Moment(nanos, Map.copyOf(ends)));
        if (moments.size() > MOMENTS_MAX) {
            moments.removeFirst();
        }
    }

    synchronized void clear() {
        moments.clear();
    }

    /** The ends at the oldest known moment that is at most so long ago; null if there is none. */
    synchronized @Nullable Map<Integer, Long> oldest(long ageNanos) {
        long from = System.nanoTime() - ageNanos;
        for (Moment moment : moments) {
            if (moment.nanos - from >= 0) {
                return moment.ends;
            }
        }
        return null;
    }
}
