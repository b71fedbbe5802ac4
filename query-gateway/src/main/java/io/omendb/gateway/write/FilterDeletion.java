package io.omendb.gateway.write;

import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.search.Scroller;
import io.omendb.gateway.shards.Deadline;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Deletes what a filter matches: everything written before the request arrived is waited for, the
 * ids that match are read, and a deletion is written for each. A point that comes to match
 * meanwhile may stay, one that ceases to match may go.
 */
public final class FilterDeletion {
    private static final int PAGE = 10_000;

    private final Scroller scroller;
    private final PointWriter writer;

    public FilterDeletion(Scroller scroller, PointWriter writer) {
        this.scroller = scroller;
        this.writer = writer;
    }

    /**
     * What was deleted.
     *
     * @param tokens the highest position per partition
     */
    record Deleted(int count, List<Token> tokens) {}

    /**
     * Deletes.
     *
     * @param blocking where Kafka may be waited for
     */
    CompletableFuture<Deleted> delete(
            CollectionDefinition collection,
            String filterJson,
            Deadline deadline,
            Executor blocking) {
        return scroller.ids(collection, filterJson, PAGE, deadline)
                .thenComposeAsync(
                        ids ->
                                writer.delete(collection, ids)
                                        .thenApply(tokens -> new Deleted(ids.size(), tokens)),
                        blocking);
    }
}
