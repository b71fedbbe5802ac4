package io.omendb.client;

import java.time.Duration;

/** What is asked of durations. */
final class Durations {
    private Durations() {}

    static void checkPositive(String name, Duration duration) {
        if (duration.isNegative() || duration.isZero()) {
            throw new IllegalArgumentException(
                    name + ": found " + duration + ", expected more than zero");
        }
    }

    static Duration least(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }
}
