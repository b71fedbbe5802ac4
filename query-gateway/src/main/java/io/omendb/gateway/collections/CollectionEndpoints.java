package io.omendb.gateway.collections;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.DescribeRequest;
import io.omendb.protocol.v1.DescribeResponse;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Which collections there are, and how they are. */
public final class CollectionEndpoints {
    private final KnownCollections collections;
    private final Shards shards;
    private final LogEnds ends;
    private final int timeoutMs;

    public CollectionEndpoints(
            KnownCollections collections, Shards shards, LogEnds ends, int timeoutMs) {
        this.collections = collections;
        this.shards = shards;
        this.ends = ends;
        this.timeoutMs = timeoutMs;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.GET, "/collections/{c}", this::describe),
                Route.quick(HttpMethod.GET, "/collections", this::list));
    }

    private CompletableFuture<HttpResponse> describe(Call call) {
        call.allowQuery();
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection ->
                                ask(collection.name(), call)
                                        .thenCombine(
                                                ends.of(collection),
                                                (described, logEnds) ->
                                                        Answers.of(
                                                                HttpStatus.OK,
                                                                new CollectionSizes(
                                                                                collection,
                                                                                described)
                                                                        .json(
                                                                                logEnds,
                                                                                System
                                                                                        .currentTimeMillis()))));
    }

    /** The names are known even while shards are away; the sizes are null then. */
    private CompletableFuture<HttpResponse> list(Call call) {
        call.allowQuery();
        return ask("", call)
                .handle((described, failure) -> Answers.of(HttpStatus.OK, listed(described)));
    }

    private ObjectNode listed(@Nullable Gathered<DescribeResponse> described) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ArrayNode list = json.putArray("collections");
        for (CollectionDefinition collection : collections.all()) {
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

    private CompletableFuture<Gathered<DescribeResponse>> ask(String collection, Call call) {
        DescribeRequest request = DescribeRequest.newBuilder().setCollection(collection).build();
        return shards.ask(
                Deadline.of(call.startNanos(), timeoutMs), false, stub -> stub.describe(request));
    }
}
