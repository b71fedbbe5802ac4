package io.omendb.gateway.search;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.OmenException;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Shards;
import io.omendb.schema.CollectionDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleConsumer;
import java.util.function.LongConsumer;

/** The routes of search. */
public final class SearchEndpoints {
    private final KnownCollections collections;
    private final Searcher searcher;
    private final Limits limits;
    private final LongConsumer tookNanos;
    private final RecallSampler recall;

    /**
     * @param tookNanos hears how long each search took
     * @param recall hears the recall at 10 of some of them
     */
    public SearchEndpoints(
            KnownCollections collections,
            Shards shards,
            LogEnds ends,
            AppliedWait wait,
            Limits limits,
            LongConsumer tookNanos,
            DoubleConsumer recall) {
        this.collections = collections;
        this.searcher = new Searcher(shards, ends, wait);
        this.limits = limits;
        this.tookNanos = tookNanos;
        this.recall = new RecallSampler(searcher, recall);
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.POST, "/collections/{c}/search", this::search),
                Route.blocking(HttpMethod.POST, "/collections/{c}/search/batch", this::batch));
    }

    private CompletableFuture<HttpResponse> search(Call call) {
        call.allowQuery();
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection -> {
                            Query query = QueryJson.read(call.body(), limits.timeoutMs());
                            query.check(collection, limits);
                            return searcher.search(collection, query, call.startNanos())
                                    .thenApply(found -> answer(collection, query, found));
                        });
    }

    private HttpResponse answer(CollectionDefinition collection, Query query, Found found) {
        tookNanos.accept(found.tookNanos());
        recall.answered(collection, query, found);
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
        return SearchBatch.run(
                        queries, query -> searcher.search(collection, query, System.nanoTime()))
                .thenApply(results -> answer(results, queries));
    }

    private HttpResponse answer(List<Found> results, List<Query> queries) {
        results.forEach(found -> tookNanos.accept(found.tookNanos()));
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
