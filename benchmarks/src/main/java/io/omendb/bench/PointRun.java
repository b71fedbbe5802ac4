package io.omendb.bench;

import io.omendb.bench.BenchIndex.Answer;
import io.omendb.bench.BenchIndex.OperatingPoint;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.DoubleAdder;
import me.tongfei.progressbar.ProgressBar;
import org.HdrHistogram.Histogram;

/**
 * Measures one operating point: every query once for recall, which also warms up, then queries back
 * to back on every thread until the time is over, for latency.
 */
final class PointRun {
    private static final int K = 10;
    private static final long LATENCY_NS_MAX = TimeUnit.MINUTES.toNanos(10);

    private final OperatingPoint point;
    private final float[][] queries;
    private final Workers workers;
    private final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
    private long searches;
    private long totalNs;
    private long rowsScanned;

    private PointRun(OperatingPoint point, float[][] queries, Workers workers) {
        this.point = point;
        this.queries = queries;
        this.workers = workers;
    }

    /**
     * Measures.
     *
     * @param seconds how long latency is measured; at least one search per thread is made
     */
    static PointResult measure(
            OperatingPoint point,
            float[][] queries,
            Recall recall,
            Workers workers,
            double seconds) {
        PointRun run = new PointRun(point, queries, workers);
        double recallAt10 = run.recall(recall);
        long start = System.nanoTime();
        run.searchUntil(start + (long) (seconds * 1e9));
        double elapsedS = (System.nanoTime() - start) / 1e9;
        return new PointResult(
                point.params(),
                recallAt10,
                run.totalNs / 1e3 / run.searches,
                run.latencies.getValueAtPercentile(50) / 1e3,
                run.latencies.getValueAtPercentile(99) / 1e3,
                run.searches / elapsedS,
                run.rowsScanned == 0 ? 0 : (double) run.totalNs / run.rowsScanned);
    }

    private double recall(Recall recall) {
        DoubleAdder sum = new DoubleAdder();
        try (ProgressBar bar = Progress.start("Recall " + point.params(), queries.length)) {
            workers.forEach(
                    queries.length,
                    query -> {
                        sum.add(recall.of(query, point.search(queries[query], K).rows()));
                        bar.step();
                    });
        }
        return sum.sum() / queries.length;
    }

    private void searchUntil(long deadline) {
        AtomicInteger next = new AtomicInteger();
        workers.onEach(thread -> searchUntil(deadline, next));
    }

    private void searchUntil(long deadline, AtomicInteger next) {
        Histogram mine = new Histogram(LATENCY_NS_MAX, 3);
        long count = 0;
        long ns = 0;
        long scanned = 0;
        long now;
        do {
            float[] query = queries[Math.floorMod(next.getAndIncrement(), queries.length)];
            long start = System.nanoTime();
            Answer answer = point.search(query, K);
            now = System.nanoTime();
            mine.recordValue(Math.min(LATENCY_NS_MAX, now - start));
            ns += now - start;
            scanned += answer.rowsScanned();
            count++;
        } while (now - deadline < 0);
        merge(mine, count, ns, scanned);
    }

    private synchronized void merge(Histogram one, long count, long ns, long scanned) {
        latencies.add(one);
        searches += count;
        totalNs += ns;
        rowsScanned += scanned;
    }
}
