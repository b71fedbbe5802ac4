package io.omendb.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often a call is tried, and how long at most.
 *
 * <p>Tried again are calls that nothing was done of (no connection, 429) and those that may be done
 * twice, when the connection was lost or a part of the server was away (503). Writes may be: a
 * point replaces the one of its id. Dropping a collection and deleting by a filter may not be: done
 * again, they could take what somebody else has written since. What ran out of time (504, or no
 * answer at all) is not tried again unless asked for: it would most likely run out of time again. A
 * shard that did not answer in time is a 503, which is.
 *
 * <p>Between tries is a random time from zero up to a bound that doubles: exponential backoff with
 * full jitter, so that clients which failed together do not come back together. A server's {@code
 * Retry-After} is waited for first.
 *
 * @param attemptsMax 1 for no second try
 * @param backoff the bound after the first try
 * @param backoffMax what the bound grows to
 * @param total of a whole call, tries and waiting together
 * @param timeouts whether to try again what ran out of time
 */
public record RetryPolicy(
        int attemptsMax, Duration backoff, Duration backoffMax, Duration total, boolean timeouts) {
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(
                    5,
                    Duration.ofMillis(100),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(90),
                    false);

    /** One try. */
    public static final RetryPolicy NONE = DEFAULT.withAttemptsMax(1);

    /**
     * @throws IllegalArgumentException if a duration is not more than zero, or no try is allowed
     */
    public RetryPolicy {
        if (attemptsMax < 1) {
            throw new IllegalArgumentException(
                    "attemptsMax: found " + attemptsMax + ", expected at least 1");
        }
        Durations.checkPositive("backoff", backoff);
        Durations.checkPositive("backoffMax", backoffMax);
        Durations.checkPositive("total", total);
    }

    public RetryPolicy withAttemptsMax(int chosen) {
        return new RetryPolicy(chosen, backoff, backoffMax, total, timeouts);
    }

    public RetryPolicy withBackoff(Duration chosen, Duration max) {
        return new RetryPolicy(attemptsMax, chosen, max, total, timeouts);
    }

    public RetryPolicy withTotal(Duration chosen) {
        return new RetryPolicy(attemptsMax, backoff, backoffMax, chosen, timeouts);
    }

    /** Also tries again what ran out of time. */
    public RetryPolicy withTimeouts() {
        return new RetryPolicy(attemptsMax, backoff, backoffMax, total, true);
    }

    /**
     * How long to wait.
     *
     * @param attempts that have failed, 1 or more
     */
    Duration pause(int attempts, Duration retryAfter, RandomGenerator random) {
        double grown = backoff.toNanos() * Math.pow(2, attempts - 1);
        long bound = (long) Math.min(backoffMax.toNanos(), grown);
        return retryAfter.plusNanos(random.nextLong(bound + 1));
    }
}
