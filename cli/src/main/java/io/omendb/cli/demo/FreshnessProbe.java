package io.omendb.cli.demo;

import io.omendb.OmenException;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Takes the point that was sent last and searches until it is among the hits: freshness as a user
 * sees it.
 */
final class FreshnessProbe implements Runnable {
    private static final int K = 50;
    private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ElementStream stream;
    private final DemoSearches searches;
    private final DemoStats stats;
    private volatile boolean stopAsked;

    FreshnessProbe(ElementStream stream, DemoSearches searches, DemoStats stats) {
        this.stream = stream;
        this.searches = searches;
        this.stats = stats;
    }

    @Override
    public void run() {
        try {
            while (!stopAsked && !stream.isDone()) {
                ElementStream.Latest latest = stream.latest();
                if (latest != null) {
                    probe(latest);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * The filter keeps a probe cheap, so that measuring freshness does not take the processor from
     * it.
     */
    private void probe(ElementStream.Latest latest) throws InterruptedException {
        String packageName =
                Objects.requireNonNull(latest.point().metadata()).path("package").asText();
        while (!stopAsked && System.nanoTime() - latest.sentNanos() < GIVE_UP_NANOS) {
            try {
                if (DemoSearches.holds(
                        searches.byVectorInPackage(latest.point().vector(), K, packageName),
                        latest.point().id())) {
                    stats.foundAfter(System.nanoTime() - latest.sentNanos());
                    return;
                }
            } catch (OmenException e) {
                // Not answered this time, which only makes the point found later.
                LockSupport.parkNanos(RETRY_NANOS);
            }
            LockSupport.parkNanos(RETRY_NANOS);
        }
        // More than K elements may share one text, and so one vector: such a sample says nothing.
    }

    void stop() {
        stopAsked = true;
    }
}
