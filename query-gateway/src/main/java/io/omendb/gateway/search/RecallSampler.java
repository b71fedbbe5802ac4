package io.omendb.gateway.search;

import io.omendb.protocol.v1.Point;
import io.omendb.schema.CollectionDefinition;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleConsumer;
import java.util.stream.Collectors;

/**
 * Measures the recall of real queries while they are served: at most one a second is run again,
 * exactly, and compared with what was answered. One at a time, so that it costs a shard an exact
 * search a second. What is written between the two counts as missed, which is little. Safe for use
 * by any thread.
 */
final class RecallSampler {
    private static final int K = 10;
    private static final long PERIOD_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Searcher searcher;
    private final DoubleConsumer recall;
    private final AtomicBoolean underWay = new AtomicBoolean();
    private volatile long nextNanos = System.nanoTime();

    /**
     * A sampler.
     *
     * @param recall is told each recall measured, from 0 to 1
     */
    RecallSampler(Searcher searcher, DoubleConsumer recall) {
        this.searcher = searcher;
        this.recall = recall;
    }

    /** A query was answered. */
    void answered(CollectionDefinition collection, Query query, Found found) {
        if (query.tuning().exact()
                || found.shardsAnswered() < found.shardsTotal()
                || System.nanoTime() - nextNanos < 0
                || !underWay.compareAndSet(false, true)) {
            return;
        }
        nextNanos = System.nanoTime() + PERIOD_NANOS;
        int k = Math.min(K, query.k());
        searcher.search(collection, query.exactly(k), System.nanoTime())
                .whenComplete(
                        (exact, failure) -> {
                            underWay.set(false);
                            if (failure == null && !exact.hits().isEmpty()) {
                                recall.accept(recall(found, exact));
                            }
                        });
    }

    private static double recall(Found found, Found exact) {
        Set<String> nearest = exact.hits().stream().map(Point::getId).collect(Collectors.toSet());
        long hits =
                found.hits().stream()
                        .limit(nearest.size())
                        .map(Point::getId)
                        .filter(nearest::contains)
                        .count();
        return (double) hits / nearest.size();
    }
}
