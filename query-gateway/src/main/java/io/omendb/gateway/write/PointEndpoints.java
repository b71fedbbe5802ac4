package io.omendb.gateway.write;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.OmenException;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.PointBatch;
import io.omendb.record.PointRules;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntConsumer;

/** The routes that write points and deletions. */
public final class PointEndpoints {
    private static final String NDJSON = "application/x-ndjson";
    private static final String ARROW = "application/vnd.apache.arrow.stream";

    private final KnownCollections collections;
    private final PointWriter writer;
    private final AppliedWait wait;
    private final FilterDeletion byFilter;
    private final Limits limits;
    private final IntConsumer accepted;

    /**
     * @param accepted hears of the points of each request that was acknowledged
     */
    public PointEndpoints(
            KnownCollections collections,
            PointWriter writer,
            AppliedWait wait,
            FilterDeletion byFilter,
            Limits limits,
            IntConsumer accepted) {
        this.collections = collections;
        this.writer = writer;
        this.wait = wait;
        this.byFilter = byFilter;
        this.limits = limits;
        this.accepted = accepted;
    }

    public List<Route> routes() {
        return List.of(
                Route.blocking(HttpMethod.POST, "/collections/{c}/points", this::write),
                Route.blocking(HttpMethod.DELETE, "/collections/{c}/points/{id}", this::deleteOne),
                Route.blocking(
                        HttpMethod.POST, "/collections/{c}/points/delete", this::deleteMany));
    }

    private CompletableFuture<HttpResponse> write(Call call) {
        Waiting waiting = Waiting.of(call, limits);
        CollectionDefinition collection = collections.require(call.path("c"));
        PointBatch batch = read(call).checked(collection.schema());
        if (!batch.bad().isEmpty()) {
            throw RefusedBatch.of(batch.bad());
        }
        int points = batch.points().size();
        return writer.write(collection, batch.points())
                .thenCompose(
                        tokens -> {
                            accepted.accept(points);
                            return answer(collection, points, tokens, waiting);
                        });
    }

    private PointBatch read(Call call) {
        int pointsMax = limits.batchPoints();
        if (call.isOf(ARROW)) {
            throw OmenException.invalid(
                    "content-type: found "
                            + ARROW
                            + ", expected application/json or "
                            + NDJSON
                            + "; Arrow over HTTP is not supported yet");
        }
        if (call.isOf(NDJSON)) {
            return PointBatch.readNdjson(call.body(), pointsMax);
        }
        try (JsonParser parser = StrictJson.parser(call.body())) {
            return PointBatch.readPoints(parser, pointsMax);
        } catch (IOException e) {
            throw new UncheckedIOException("closing a parser over memory", e);
        }
    }

    private CompletableFuture<HttpResponse> deleteOne(Call call) {
        Waiting waiting = Waiting.of(call, limits);
        PointRules.checkId(call.path("id"));
        return delete(collections.require(call.path("c")), List.of(call.path("id")), waiting);
    }

    private CompletableFuture<HttpResponse> deleteMany(Call call) {
        Waiting waiting = Waiting.of(call, limits);
        CollectionDefinition collection = collections.require(call.path("c"));
        DeleteJson delete = DeleteJson.read(call.body(), limits.batchPoints());
        if (delete.ids() != null) {
            return delete(collection, delete.ids(), waiting);
        }
        return byFilter.delete(
                        collection,
                        Objects.requireNonNull(delete.filterJson()),
                        waiting.deadline,
                        call.blocking())
                .thenCompose(
                        deleted -> answer(collection, deleted.count(), deleted.tokens(), waiting));
    }

    private CompletableFuture<HttpResponse> delete(
            CollectionDefinition collection, List<String> ids, Waiting waiting) {
        return writer.delete(collection, ids)
                .thenCompose(tokens -> answer(collection, ids.size(), tokens, waiting));
    }

    private CompletableFuture<HttpResponse> answer(
            CollectionDefinition collection, int count, List<Token> tokens, Waiting waiting) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("accepted", count);
        ArrayNode list = body.putArray("tokens");
        tokens.forEach(token -> list.add(token.toString()));
        if (!waiting.wanted) {
            return CompletableFuture.completedFuture(Answers.of(HttpStatus.ACCEPTED, body));
        }
        return wait.until(collection, tokens, waiting.deadline)
                .thenApply(applied -> Answers.of(HttpStatus.OK, body));
    }

    /** Whether the answer waits until the write is searchable, and how long. */
    private record Waiting(boolean wanted, Deadline deadline) {
        static Waiting of(Call call, Limits limits) {
            call.allowQuery("wait", "timeout_ms");
            int timeoutMs = call.milliseconds("timeout_ms", limits.timeoutMs());
            limits.checkTimeoutMs(timeoutMs);
            return new Waiting(call.flag("wait"), Deadline.of(call.startNanos(), timeoutMs));
        }
    }
}
