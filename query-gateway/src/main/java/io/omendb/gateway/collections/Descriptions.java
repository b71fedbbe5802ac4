package io.omendb.gateway.collections;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.gateway.access.Caller;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.DescribeRequest;
import io.omendb.protocol.v1.DescribeResponse;
import io.omendb.schema.CollectionDefinition;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** What there is to say of collections, however it was asked for. Never blocks. */
public final class Descriptions {
    private final KnownCollections collections;
    private final Shards shards;
    private final LogEnds ends;
    private final int timeoutMs;

    public Descriptions(KnownCollections collections, Shards shards, LogEnds ends, int timeoutMs) {
        this.collections = collections;
        this.shards = shards;
        this.ends = ends;
        this.timeoutMs = timeoutMs;
    }

    /** One collection in full. */
    CompletableFuture<ObjectNode> of(String name, Asked asked, Executor blocking) {
        return collections
                .find(name, blocking)
                .thenCompose(
                        collection ->
                                ask(collection.name(), asked)
                                        .thenCombine(
                                                ends.of(collection),
                                                (described, logEnds) ->
                                                        new CollectionSizes(collection, described)
                                                                .json(
                                                                        logEnds,
                                                                        System
                                                                                .currentTimeMillis())));
    }

    /**
     * All that the caller sees. The names are known even while shards are away; the sizes are null
     * then.
     */
    CompletableFuture<ObjectNode> all(Asked asked, Caller caller) {
        return ask("", asked).handle((described, failure) -> listed(described, caller));
    }

    private ObjectNode listed(@Nullable Gathered<DescribeResponse> described, Caller caller) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("collections");
        for (CollectionDefinition collection : collections.all()) {
            if (!caller.sees(collection.name())) {
                continue;
            }
            ObjectNode entry = list.addObject();
            entry.put("name", collection.name());
            entry.put("dimension", collection.schema().dimension());
            entry.put("metric", collection.schema().metric().apiName());
            entry.put(
                    "vectors",
                    described == null
                            ? null
                            : (Long) new CollectionSizes(collection, described).vectors());
        }
        return json;
    }

    private CompletableFuture<Gathered<DescribeResponse>> ask(String collection, Asked asked) {
        DescribeRequest request = DescribeRequest.newBuilder().setCollection(collection).build();
        return shards.ask(asked.deadline(timeoutMs), false, stub -> stub.describe(request));
    }
}
