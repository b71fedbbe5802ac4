package io.omendb.gateway.search;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.arrow.ArrowAnswers;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.schema.CollectionSchema;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The route of hybrid search. */
public final class HybridEndpoints {
    private final KnownCollections collections;
    private final Searches searches;
    private final Limits limits;

    public HybridEndpoints(KnownCollections collections, Searches searches, Limits limits) {
        this.collections = collections;
        this.searches = searches;
        this.limits = limits;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(
                                HttpMethod.POST,
                                "/collections/{c}/hybrid_search",
                                Need.READ,
                                this::search)
                        .searching());
    }

    private CompletableFuture<HttpResponse> search(Call call) {
        call.allowQuery();
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection -> {
                            HybridQuery query = HybridJson.read(call.body(), limits.timeoutMs());
                            query.check(collection, limits);
                            if (query.base().fields().vector()) {
                                call.expectVectors(
                                        query.base().k(), collection.schema().dimension(), limits);
                            }
                            return searches.search(collection, query, call.asked())
                                    .thenApply(
                                            found ->
                                                    answer(
                                                            call,
                                                            collection.schema(),
                                                            query,
                                                            found.within(limits.answer())));
                        });
    }

    private static HttpResponse answer(
            Call call, CollectionSchema schema, HybridQuery query, HybridFound found) {
        if (ArrowAnswers.wanted(call.headers())) {
            return FoundTables.of(schema, query, found);
        }
        return Answers.of(
                HttpStatus.OK, json -> found.write(json, query.base().fields(), query.explain()));
    }
}
