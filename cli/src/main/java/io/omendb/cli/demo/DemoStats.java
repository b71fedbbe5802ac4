package io.omendb.cli.demo;

import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;

/** What the demonstration measured. Threads of the demonstration write; its display reads. */
final class DemoStats {
    private static final long MICROS_MAX = 600_000_000L;
    private static final int DIGITS = 3;

    private final LongAdder acknowledged = new LongAdder();
    private final Histogram searchMicros = new Histogram(MICROS_MAX, DIGITS);
    private final Histogram freshnessMicros = new Histogram(MICROS_MAX, DIGITS);

    /**
     * Forgets latencies so far: those of a JVM that is still compiling itself. Counts of vectors
     * stay.
     */
    synchronized void endWarmUp() {
        searchMicros.reset();
        freshnessMicros.reset();
    }

    void acknowledged() {
        acknowledged.increment();
    }

    long vectors() {
        return acknowledged.sum();
    }

    synchronized void searched(long nanos) {
        searchMicros.recordValue(Math.min(MICROS_MAX, nanos / 1_000));
    }

    synchronized void foundAfter(long nanos) {
        freshnessMicros.recordValue(Math.min(MICROS_MAX, nanos / 1_000));
    }

    synchronized long searches() {
        return searchMicros.getTotalCount();
    }

    synchronized long freshnessSamples() {
        return freshnessMicros.getTotalCount();
    }

    synchronized double searchMs(double percentile) {
        return searchMicros.getValueAtPercentile(percentile) / 1e3;
    }

    synchronized double freshnessMs(double percentile) {
        return freshnessMicros.getValueAtPercentile(percentile) / 1e3;
    }
}
