package io.omendb.gateway.search;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.arrow.ArrowAnswers;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The routes of search. */
public final class SearchEndpoints {
    private final KnownCollections collections;
    private final Searches searches;
    private final Limits limits;

    public SearchEndpoints(KnownCollections collections, Searches searches, Limits limits) {
        this.collections = collections;
        this.searches = searches;
        this.limits = limits;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.POST, "/collections/{c}/search", Need.READ, this::search)
                        .searching(),
                Route.blocking(
                                HttpMethod.POST,
                                "/collections/{c}/search/batch",
                                Need.READ,
                                this::batch)
                        .searching());
    }

    private CompletableFuture<HttpResponse> search(Call call) {
        call.allowQuery();
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection -> {
                            Query query = QueryJson.read(call.body(), limits.timeoutMs());
                            query.check(collection, limits);
                            if (query.fields().vector()) {
                                call.expectVectors(
                                        query.k(), collection.schema().dimension(), limits);
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
            Call call, CollectionSchema schema, Query query, Found found) {
        if (ArrowAnswers.wanted(call.headers())) {
            return FoundTables.of(schema, query.fields(), found);
        }
        return Answers.of(HttpStatus.OK, json -> found.write(json, query.fields()));
    }

    private CompletableFuture<HttpResponse> batch(Call call) {
        call.allowQuery();
        CollectionDefinition collection = collections.require(call.path("c"));
        List<Query> queries =
                SearchBatch.read(call.body(), limits.batchSearches(), limits.timeoutMs());
        for (int i = 0; i < queries.size(); i++) {
            try {
                queries.get(i).check(collection, limits);
            } catch (OmenException e) {
                throw SearchBatch.at(i, e);
            }
        }
        long vectors = 0;
        for (Query query : queries) {
            vectors += query.fields().vector() ? query.k() : 0;
        }
        call.expectVectors(vectors, collection.schema().dimension(), limits);
        return searches.searchAll(collection, queries, call.asked(), limits.answer())
                .thenApply(
                        results ->
                                ArrowAnswers.wanted(call.headers())
                                        ? FoundTables.of(collection.schema(), queries, results)
                                        : answer(results, queries));
    }

    private static HttpResponse answer(List<Found> results, List<Query> queries) {
        return Answers.of(
                HttpStatus.OK,
                json -> {
                    json.writeStartObject();
                    json.writeArrayFieldStart("results");
                    for (int i = 0; i < results.size(); i++) {
                        results.get(i).write(json, queries.get(i).fields());
                    }
                    json.writeEndArray();
                    json.writeEndObject();
                });
    }
}
