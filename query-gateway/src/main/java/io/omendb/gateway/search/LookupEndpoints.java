package io.omendb.gateway.search;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.arrow.ArrowAnswers;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Deadline;
import io.omendb.protocol.v1.Point;
import io.omendb.schema.CollectionSchema;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The routes that look up a point by its id and count points. */
public final class LookupEndpoints {
    private final KnownCollections collections;
    private final Lookup lookup;
    private final Limits limits;

    public LookupEndpoints(KnownCollections collections, Lookup lookup, Limits limits) {
        this.collections = collections;
        this.lookup = lookup;
        this.limits = limits;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.GET, "/collections/{c}/points/{id}", Need.READ, this::get),
                Route.quick(HttpMethod.POST, "/collections/{c}/count", Need.READ, this::count));
    }

    private CompletableFuture<HttpResponse> get(Call call) {
        call.allowQuery("include");
        String names = call.query("include");
        Fields fields = names == null ? Fields.OF_LOOKUP : Fields.parse(names).withDistance(false);
        String id = call.path("id");
        Deadline deadline = call.asked().deadline(limits.timeoutMs());
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection ->
                                lookup.get(collection, List.of(id), fields, deadline)
                                        .thenApply(
                                                points ->
                                                        answer(
                                                                call,
                                                                collection.schema(),
                                                                points,
                                                                fields)));
    }

    private static HttpResponse answer(
            Call call, CollectionSchema schema, List<Point> points, Fields fields) {
        if (points.isEmpty()) {
            throw new OmenException(
                    ErrorCode.NOT_FOUND,
                    "Point "
                            + call.path("id")
                            + " does not exist in collection "
                            + schema.name()
                            + ".");
        }
        if (ArrowAnswers.wanted(call.headers())) {
            return FoundTables.of(schema, fields, points.get(0));
        }
        return Answers.of(HttpStatus.OK, json -> Found.writePoint(json, points.get(0), fields));
    }

    private CompletableFuture<HttpResponse> count(Call call) {
        call.allowQuery();
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection -> {
                            CountJson count = CountJson.read(call.body(), limits.timeoutMs());
                            count.check(collection, limits);
                            return lookup.count(collection, count, call.asked());
                        })
                .thenApply(LookupEndpoints::answer);
    }

    private static HttpResponse answer(Lookup.Counted counted) {
        return Answers.of(
                HttpStatus.OK,
                json -> {
                    json.writeStartObject();
                    json.writeNumberField("count", counted.count());
                    json.writeFieldName("freshness");
                    json.writeTree(counted.freshness().json());
                    json.writeEndObject();
                });
    }
}
