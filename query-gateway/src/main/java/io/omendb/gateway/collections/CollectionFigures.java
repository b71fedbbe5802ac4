package io.omendb.gateway.collections;

import io.omendb.gateway.freshness.Freshness;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.DescribeRequest;
import io.omendb.protocol.v1.DescribeResponse;
import io.omendb.protocol.v1.DeviceStats;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What operators want to know of a collection, as all shards tell it.
 *
 * @param vectors live ones
 * @param memoryBytes heap of all shards
 * @param diskBytes local disk of all shards
 * @param queuedRows rows whose index or files are still to be made
 * @param writes upserts and deletes that shards applied since they were started or restored
 * @param deadLetters records that could not be applied; null where that is not known
 * @param freshness how far they lag behind the log
 */
public record CollectionFigures(
        String collection,
        long vectors,
        long memoryBytes,
        long diskBytes,
        long queuedRows,
        long writes,
        @Nullable Long deadLetters,
        Freshness freshness) {

    /**
     * What all shards tell.
     *
     * @param collections of every collection
     * @param devices the GPUs of their processes, each once
     */
    public record Told(List<CollectionFigures> collections, List<DeviceStats> devices) {}

    /** Asks all shards; fails where one does not answer. */
    public static CompletableFuture<Told> ask(
            KnownCollections collections, Shards shards, LogEnds ends, int timeoutMs) {
        DescribeRequest all = DescribeRequest.getDefaultInstance();
        return shards.ask(
                        Deadline.of(System.nanoTime(), timeoutMs),
                        false,
                        stub -> stub.describe(all))
                .thenCompose(
                        described ->
                                of(collections, described, ends)
                                        .thenApply(each -> new Told(each, devices(described))));
    }

    private static List<DeviceStats> devices(Gathered<DescribeResponse> described) {
        Map<String, DeviceStats> byId = new LinkedHashMap<>();
        for (DescribeResponse answer : described.values()) {
            if (answer.hasDevice()) {
                byId.put(answer.getDevice().getId(), answer.getDevice());
            }
        }
        return List.copyOf(byId.values());
    }

    private static CompletableFuture<List<CollectionFigures>> of(
            KnownCollections collections, Gathered<DescribeResponse> described, LogEnds ends) {
        CompletableFuture<List<CollectionFigures>> all =
                CompletableFuture.completedFuture(new ArrayList<>());
        for (CollectionDefinition collection : collections.all()) {
            all =
                    all.thenCombine(
                            of(collection, described, ends),
                            (figures, one) -> {
                                figures.add(one);
                                return figures;
                            });
        }
        return all;
    }

    private static CompletableFuture<CollectionFigures> of(
            CollectionDefinition collection, Gathered<DescribeResponse> described, LogEnds ends) {
        CollectionSizes sizes = new CollectionSizes(collection, described);
        return ends.of(collection)
                .thenCombine(
                        ends.deadLetters(collection),
                        (logEnds, deadLetters) ->
                                new CollectionFigures(
                                        collection.name(),
                                        sizes.vectors(),
                                        sizes.memoryBytes(),
                                        sizes.diskBytes(),
                                        sizes.queuedRows(),
                                        sizes.writes(),
                                        deadLetters,
                                        sizes.freshness(logEnds, System.currentTimeMillis())));
    }
}
