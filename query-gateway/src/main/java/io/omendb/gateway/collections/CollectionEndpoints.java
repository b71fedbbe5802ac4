package io.omendb.gateway.collections;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.protocol.catalogue.CatalogueWriter.CreateResult;
import io.omendb.protocol.v1.DescribeRequest;
import io.omendb.protocol.v1.DescribeResponse;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.SchemaJson;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The routes of collections as wholes. */
public final class CollectionEndpoints {
    private final KnownCollections collections;
    private final CatalogueWriter writer;
    private final Shards shards;
    private final LogEnds ends;
    private final int timeoutMs;

    public CollectionEndpoints(
            KnownCollections collections,
            CatalogueWriter writer,
            Shards shards,
            LogEnds ends,
            int timeoutMs) {
        this.collections = collections;
        this.writer = writer;
        this.shards = shards;
        this.ends = ends;
        this.timeoutMs = timeoutMs;
    }

    public List<Route> routes() {
        return List.of(
                Route.blocking(HttpMethod.PUT, "/collections/{c}", this::create),
                Route.quick(HttpMethod.GET, "/collections/{c}", this::describe),
                Route.blocking(HttpMethod.DELETE, "/collections/{c}", this::drop),
                Route.quick(HttpMethod.GET, "/collections", this::list));
    }

    private CompletableFuture<HttpResponse> create(Call call) throws InterruptedException {
        call.allowQuery();
        CollectionSchema schema = SchemaJson.read(call.path("c"), call.body());
        refuseWhatNothingDoesYet(schema);
        CreateResult result = writer.create(schema);
        return CompletableFuture.completedFuture(
                Answers.of(
                        result.created() ? HttpStatus.CREATED : HttpStatus.OK,
                        SchemaJson.write(result.definition())));
    }

    /** A promise that is stored and not kept is worse than a refusal. */
    private static void refuseWhatNothingDoesYet(CollectionSchema schema) {
        if (schema.ttlSeconds() != null) {
            throw OmenException.invalid(
                    "ttl_seconds: found "
                            + schema.ttlSeconds()
                            + ", expected null: rows do not expire yet");
        }
        if (schema.sparse()) {
            throw OmenException.invalid(
                    "sparse: found true, expected false: sparse vectors are not searched yet");
        }
    }

    private CompletableFuture<HttpResponse> drop(Call call) throws InterruptedException {
        call.allowQuery();
        CollectionDefinition dropped = writer.drop(call.path("c"));
        ObjectNode json = JsonNodeFactory.instance.objectNode().put("dropped", dropped.name());
        return CompletableFuture.completedFuture(Answers.of(HttpStatus.ACCEPTED, json));
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
