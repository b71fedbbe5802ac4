package io.omendb.gateway.search;

import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Shards;
import io.omendb.schema.CollectionDefinition;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;

/** What can be searched for, however it was asked for, and measured. Never blocks. */
public final class Searches {
    private final Searcher searcher;
    private final HybridSearcher hybrid;
    private final LongConsumer tookNanos;
    private final RecallSampler recall;

    /**
     * @param tookNanos hears how long each search took
     * @param recall hears the recall at 10 of some of them
     */
    public Searches(
            Shards shards,
            LogEnds ends,
            AppliedWait wait,
            LongConsumer tookNanos,
            DoubleConsumer recall) {
        this.searcher = new Searcher(shards, ends, wait);
        this.hybrid = new HybridSearcher(shards, ends, wait);
        this.tookNanos = tookNanos;
        this.recall = new RecallSampler(searcher, recall);
    }

    /** Answers a checked query. */
    CompletableFuture<Found> search(CollectionDefinition collection, Query query, Asked asked) {
        return searcher.search(collection, query, asked)
                .thenApply(
                        found -> {
                            tookNanos.accept(found.tookNanos());
                            recall.answered(collection, query, found);
                            return found;
                        });
    }

    /** Answers a checked query. */
    CompletableFuture<HybridFound> search(
            CollectionDefinition collection, HybridQuery query, Asked asked) {
        return hybrid.search(collection, query, asked)
                .thenApply(
                        found -> {
                            tookNanos.accept(found.found().tookNanos());
                            return found;
                        });
    }
}
