package io.omendb.gateway.search;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.Freshness;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.CountRequest;
import io.omendb.protocol.v1.CountResponse;
import io.omendb.protocol.v1.GetRequest;
import io.omendb.protocol.v1.GetResponse;
import io.omendb.protocol.v1.Point;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** The routes that look up a point by its id and count points. */
public final class LookupEndpoints {
    private final KnownCollections collections;
    private final Shards shards;
    private final LogEnds ends;
    private final AppliedWait wait;
    private final Limits limits;

    public LookupEndpoints(
            KnownCollections collections,
            Shards shards,
            LogEnds ends,
            AppliedWait wait,
            Limits limits) {
        this.collections = collections;
        this.shards = shards;
        this.ends = ends;
        this.wait = wait;
        this.limits = limits;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.GET, "/collections/{c}/points/{id}", this::get),
                Route.quick(HttpMethod.POST, "/collections/{c}/count", this::count));
    }

    private CompletableFuture<HttpResponse> get(Call call) {
        call.allowQuery("include");
        String names = call.query("include");
        Fields fields = names == null ? Fields.OF_LOOKUP : Fields.parse(names);
        String id = call.path("id");
        Deadline deadline = Deadline.of(call.startNanos(), limits.timeoutMs());
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection ->
                                shards.ask(
                                        deadline,
                                        true,
                                        stub -> stub.get(request(collection, id, fields))))
                .thenApply(gathered -> answer(call.path("c"), id, gathered, fields));
    }

    private static GetRequest request(CollectionDefinition collection, String id, Fields fields) {
        return GetRequest.newBuilder()
                .setCollection(collection.name())
                .setGeneration(collection.generation())
                .addIds(id)
                .setInclude(fields.include())
                .build();
    }

    /** One shard has the point, so a missing shard matters only where nobody has it. */
    private static HttpResponse answer(
            String collection, String id, Gathered<GetResponse> gathered, Fields fields) {
        for (GetResponse answer : gathered.values()) {
            for (Point point : answer.getPointsList()) {
                return Answers.of(HttpStatus.OK, json -> Found.writePoint(json, point, fields));
            }
        }
        if (!gathered.isComplete()) {
            throw new OmenException(
                    ErrorCode.UNAVAILABLE,
                    "Only "
                            + gathered.answers().size()
                            + " of "
                            + gathered.total()
                            + " shards answered, and none of them has the point.");
        }
        throw new OmenException(
                ErrorCode.NOT_FOUND,
                "Point " + id + " does not exist in collection " + collection + ".");
    }

    private CompletableFuture<HttpResponse> count(Call call) {
        call.allowQuery();
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection -> {
                            CountJson count = CountJson.read(call.body(), limits.timeoutMs());
                            count.check(collection, limits);
                            return count(collection, count, call);
                        });
    }

    private CompletableFuture<HttpResponse> count(
            CollectionDefinition collection, CountJson count, Call call) {
        CountRequest request =
                CountRequest.newBuilder()
                        .setCollection(collection.name())
                        .setGeneration(collection.generation())
                        .setFilterJson(count.filterJson())
                        .setCommitted(count.consistency().committed())
                        .build();
        Deadline deadline = Deadline.of(call.startNanos(), count.timeoutMs());
        CompletableFuture<Map<Integer, Long>> logEnds = ends.of(collection);
        return count.consistency()
                .awaited(collection, ends)
                .thenCompose(tokens -> wait.until(collection, tokens, deadline))
                .thenCompose(applied -> shards.ask(deadline, false, stub -> stub.count(request)))
                .thenCombine(logEnds, (gathered, known) -> counted(collection, gathered, known));
    }

    private static HttpResponse counted(
            CollectionDefinition collection,
            Gathered<CountResponse> gathered,
            Map<Integer, Long> logEnds) {
        Freshness freshness =
                Freshness.of(
                        collection,
                        gathered.values().stream().map(CountResponse::getAppliedMap).toList(),
                        logEnds,
                        System.currentTimeMillis());
        long count = gathered.values().stream().mapToLong(CountResponse::getCount).sum();
        return Answers.of(
                HttpStatus.OK,
                json -> {
                    json.writeStartObject();
                    json.writeNumberField("count", count);
                    json.writeFieldName("freshness");
                    json.writeTree(freshness.json());
                    json.writeEndObject();
                });
    }
}
