package io.omendb.gateway.collections;

import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.DescribeRequest;
import io.omendb.schema.CollectionDefinition;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** The live vectors of every collection. */
public final class TotalVectors {
    private final KnownCollections collections;
    private final Shards shards;

    public TotalVectors(KnownCollections collections, Shards shards) {
        this.collections = collections;
        this.shards = shards;
    }

    /** By collection; fails where a shard does not answer. */
    public CompletableFuture<Map<String, Long>> count(int timeoutMs) {
        DescribeRequest all = DescribeRequest.getDefaultInstance();
        return shards.ask(
                        Deadline.of(System.nanoTime(), timeoutMs),
                        false,
                        stub -> stub.describe(all))
                .thenApply(
                        described -> {
                            Map<String, Long> vectors = new TreeMap<>();
                            for (CollectionDefinition collection : collections.all()) {
                                vectors.put(
                                        collection.name(),
                                        new CollectionSizes(collection, described).vectors());
                            }
                            return vectors;
                        });
    }
}
