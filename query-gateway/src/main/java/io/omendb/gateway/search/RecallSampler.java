package io.omendb.gateway.search;

import io.omendb.gateway.shards.Asked;
import io.omendb.protocol.v1.Point;
import io.omendb.schema.CollectionDefinition;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleConsumer;
import java.util.stream.Collectors;

/**
 * Measures the recall of real queries while they are served: now and then one is run again,
 * exactly, and compared with what was answered. At most one a second, one at a time, and seldom
 * enough that an exact search takes a 400th of the time, so that not even the 99th percentile of
 * other searches shows it; shards give it the processor only when no other search wants it. What is
 * written between the two counts as missed, which is little. Safe for use by any thread.
 */
final class RecallSampler {
    private static final int K = 10;
    private static final long PERIOD_NANOS_MIN = TimeUnit.SECONDS.toNanos(1);
    private static final long REST_FACTOR = 400;

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
        long start = System.nanoTime();
        int k = Math.min(K, query.k());
        searcher.searchUnlimited(collection, query.exactly(k), Asked.at(start))
                .whenComplete(
                        (exact, failure) -> {
                            long now = System.nanoTime();
                            nextNanos =
                                    now + Math.max(PERIOD_NANOS_MIN, REST_FACTOR * (now - start));
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
