package io.omendb.gateway.operations;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.ResponseHeaders;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.collections.CollectionFigures;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Shards;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The routes for operators. */
public final class OperationEndpoints {
    private static final int SIZES_MS_MAX = 1_000;
    private static final MediaType PROMETHEUS =
            MediaType.parse("text/plain; version=0.0.4; charset=utf-8");

    private final KnownCollections collections;
    private final Shards shards;
    private final LogEnds ends;
    private final GatewayMetrics metrics;
    private final Readiness readiness;

    public OperationEndpoints(
            KnownCollections collections,
            Shards shards,
            LogEnds ends,
            GatewayMetrics metrics,
            Readiness readiness) {
        this.readiness = readiness;
        this.collections = collections;
        this.shards = shards;
        this.ends = ends;
        this.metrics = metrics;
    }

    public List<Route> routes() {
        Page openapi = Page.load("openapi.json", MediaType.JSON);
        return List.of(
                Route.open(HttpMethod.GET, "/health/live", Need.NOTHING, call -> up("live")),
                Route.open(HttpMethod.GET, "/health/ready", Need.NOTHING, this::ready),
                Route.open(HttpMethod.GET, "/metrics", Need.MONITOR, this::metrics),
                Route.open(
                        HttpMethod.GET, "/openapi.json", Need.NOTHING, call -> openapi.answer()));
    }

    private static CompletableFuture<HttpResponse> up(String status) {
        return CompletableFuture.completedFuture(
                Answers.of(
                        HttpStatus.OK,
                        JsonNodeFactory.instance.objectNode().put("status", status)));
    }

    private CompletableFuture<HttpResponse> ready(Call call) {
        String problem = readiness.problem();
        if (problem != null) {
            throw new OmenException(ErrorCode.UNAVAILABLE, problem);
        }
        return up("ready");
    }

    /** A shard that is away must not hide the other metrics. */
    private CompletableFuture<HttpResponse> metrics(Call call) {
        return CollectionFigures.ask(collections, shards, ends, SIZES_MS_MAX)
                .thenAccept(metrics::told)
                .exceptionally(shardsAway -> null)
                .thenApply(
                        done ->
                                HttpResponse.of(
                                        ResponseHeaders.of(
                                                HttpStatus.OK,
                                                HttpHeaderNames.CONTENT_TYPE,
                                                PROMETHEUS),
                                        HttpData.ofUtf8(metrics.scrape())));
    }
}
