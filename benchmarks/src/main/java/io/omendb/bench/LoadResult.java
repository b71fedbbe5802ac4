package io.omendb.bench;

import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** What became of searches. Filled by one thread. */
final class LoadResult {
    private static final long LATENCY_NS_MAX = 600_000_000_000L;

    private final double seconds;
    private final Histogram accepted = new Histogram(LATENCY_NS_MAX, 3);
    private final Histogram refused = new Histogram(LATENCY_NS_MAX, 3);
    private final Map<Integer, Integer> statuses = new TreeMap<>();
    private long wrong;
    private long failed;

    LoadResult(double seconds) {
        this.seconds = seconds;
    }

    void accepted(long nanos, boolean right) {
        accepted.recordValue(nanos);
        wrong += right ? 0 : 1;
    }

    /** Takes down an answer without hits; only some of them are a refusal by a busy server. */
    void refused(long nanos, boolean busy, int status) {
        refused.recordValue(nanos);
        statuses.merge(status, 1, Integer::sum);
        failed += busy ? 0 : 1;
    }

    double acceptedPerSecond() {
        return accepted.getTotalCount() / seconds;
    }

    double refusedPerSecond() {
        return refused.getTotalCount() / seconds;
    }

    /** Searches answered. */
    long answered() {
        return accepted.getTotalCount();
    }

    /** Of answered searches, in microseconds. */
    double acceptedUs(double percentile) {
        return accepted.getValueAtPercentile(percentile) / 1e3;
    }

    /** Of answered searches, in milliseconds. */
    double acceptedMs(double percentile) {
        return accepted.getValueAtPercentile(percentile) / 1e6;
    }

    /** Of refused ones, in milliseconds. */
    double refusedMs(double percentile) {
        return refused.getValueAtPercentile(percentile) / 1e6;
    }

    /** Answers with other hits than when nobody else asked. */
    long wrong() {
        return wrong;
    }

    /** Answers that are neither hits nor a refusal. */
    long failed() {
        return failed;
    }

    Map<Integer, Integer> statuses() {
        return statuses;
    }
}
