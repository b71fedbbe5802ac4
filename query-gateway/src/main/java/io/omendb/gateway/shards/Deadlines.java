package io.omendb.gateway.shards;

import io.netty.util.HashedWheelTimer;
import io.netty.util.Timeout;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Ends gatherings whose time has passed. Nearly all are answered before: a wheel takes a timeout in
 * and lets it go again without waking its thread, where gRPC's own deadlines wake one for each call
 * of a process that makes one call after the other. For that it is late by up to {@value #TICK_MS}
 * ms. As many timeouts wait as gatherings do. Safe for use by any thread.
 */
final class Deadlines implements AutoCloseable {
    private static final int TICK_MS = 20;
    private static final int TICKS = 512;

    private final HashedWheelTimer wheel =
            new HashedWheelTimer(
                    new DefaultThreadFactory("omen-gateway-deadlines", true),
                    TICK_MS,
                    TimeUnit.MILLISECONDS,
                    TICKS,
                    false);

    /** Ends the gathering at the deadline, unless it has ended by then. */
    void watch(Gathering<?> gathering, Deadline deadline) {
        if (gathering.result().isDone()) {
            return;
        }
        Timeout timeout =
                wheel.newTimeout(
                        due -> gathering.expire(),
                        Math.max(1, deadline.leftMs()),
                        TimeUnit.MILLISECONDS);
        gathering.result().whenComplete((gathered, failure) -> timeout.cancel());
    }

    /** How many are watched. */
    long waiting() {
        return wheel.pendingTimeouts();
    }

    @Override
    public void close() {
        wheel.stop();
    }
}
