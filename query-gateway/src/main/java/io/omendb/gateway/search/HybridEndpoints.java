package io.omendb.gateway.search;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Shards;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongConsumer;

/** The route of hybrid search. */
public final class HybridEndpoints {
    private final KnownCollections collections;
    private final HybridSearcher searcher;
    private final Limits limits;
    private final LongConsumer tookNanos;

    /**
     * @param tookNanos hears how long each search took
     */
    public HybridEndpoints(
            KnownCollections collections,
            Shards shards,
            LogEnds ends,
            AppliedWait wait,
            Limits limits,
            LongConsumer tookNanos) {
        this.collections = collections;
        this.searcher = new HybridSearcher(shards, ends, wait);
        this.limits = limits;
        this.tookNanos = tookNanos;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.POST, "/collections/{c}/hybrid_search", this::search));
    }

    private CompletableFuture<HttpResponse> search(Call call) {
        call.allowQuery();
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection -> {
                            HybridQuery query = HybridJson.read(call.body(), limits.timeoutMs());
                            query.check(collection, limits);
                            return searcher.search(collection, query, call.startNanos())
                                    .thenApply(found -> answer(query, found));
                        });
    }

    private HttpResponse answer(HybridQuery query, HybridFound found) {
        tookNanos.accept(found.found().tookNanos());
        return Answers.of(
                HttpStatus.OK, json -> found.write(json, query.base().fields(), query.explain()));
    }
}
