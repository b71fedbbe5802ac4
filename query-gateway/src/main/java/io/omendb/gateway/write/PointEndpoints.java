package io.omendb.gateway.write;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Problem;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.PatchJson;
import io.omendb.record.Point;
import io.omendb.record.PointBatch;
import io.omendb.record.PointJson.Vectors;
import io.omendb.record.PointPatch;
import io.omendb.record.PointRules;
import io.omendb.record.StrictJson;
import io.omendb.record.arrow.ArrowPoints;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The routes that write points, changes of them and deletions. */
public final class PointEndpoints {
    private static final String NDJSON = "application/x-ndjson";
    private static final String ARROW = "application/vnd.apache.arrow.stream";

    private final KnownCollections collections;
    private final Writes writes;
    private final Limits limits;

    public PointEndpoints(KnownCollections collections, Writes writes, Limits limits) {
        this.collections = collections;
        this.writes = writes;
        this.limits = limits;
    }

    public List<Route> routes() {
        return List.of(
                Route.blocking(HttpMethod.POST, "/collections/{c}/points", Need.WRITE, this::write),
                Route.blocking(
                        HttpMethod.PATCH, "/collections/{c}/points", Need.WRITE, this::patchMany),
                Route.blocking(
                        HttpMethod.PATCH,
                        "/collections/{c}/points/{id}",
                        Need.WRITE,
                        this::patchOne),
                Route.blocking(
                        HttpMethod.DELETE,
                        "/collections/{c}/points/{id}",
                        Need.WRITE,
                        this::deleteOne),
                Route.blocking(
                        HttpMethod.POST,
                        "/collections/{c}/points/delete",
                        Need.WRITE,
                        this::deleteMany));
    }

    private CompletableFuture<HttpResponse> write(Call call) {
        Waiting waiting = Waiting.of(call, limits);
        CollectionDefinition collection = collections.require(call.path("c"));
        return write(call, collection, WriteForm.POINT, read(call, collection.schema()), waiting);
    }

    private <P> CompletableFuture<HttpResponse> write(
            Call call,
            CollectionDefinition collection,
            WriteForm<P> form,
            PointBatch<P> batch,
            Waiting waiting) {
        return writes.write(collection, form, batch, waiting.deadline, call.blocking())
                .thenCompose(written -> answer(collection, written, waiting));
    }

    private CompletableFuture<HttpResponse> patchMany(Call call) {
        Waiting waiting = Waiting.of(call, limits);
        CollectionDefinition collection = collections.require(call.path("c"));
        return write(call, collection, WriteForm.PATCH, readPatches(call), waiting);
    }

    private PointBatch<PointPatch> readPatches(Call call) {
        if (call.isOf(ARROW)) {
            throw Problem.of(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "content-type: found "
                            + ARROW
                            + ", expected application/json or "
                            + NDJSON
                            + ", as a null in a column does not say whether a value stays");
        }
        if (call.isOf(NDJSON)) {
            return PointBatch.readNdjsonPatches(call.body(), limits.batchPoints());
        }
        try (JsonParser parser = StrictJson.parser(call.body())) {
            return PointBatch.readPatches(parser, limits.batchPoints());
        } catch (IOException e) {
            throw new UncheckedIOException("closing a parser over memory", e);
        }
    }

    private CompletableFuture<HttpResponse> patchOne(Call call) {
        Waiting waiting = Waiting.of(call, limits);
        PointRules.checkId(call.path("id"));
        CollectionDefinition collection = collections.require(call.path("c"));
        PointPatch patch = PatchJson.read(call.body(), call.path("id"));
        WriteForm.PATCH.check(collection.schema(), patch);
        PointBatch<PointPatch> batch = new PointBatch<>(List.of(patch), List.of());
        return write(call, collection, WriteForm.PATCH, batch, waiting);
    }

    private PointBatch<Point> read(Call call, CollectionSchema schema) {
        int pointsMax = limits.batchPoints();
        if (call.isOf(ARROW)) {
            return ArrowPoints.readBatch(call.body(), schema, pointsMax);
        }
        if (call.isOf(NDJSON)) {
            return PointBatch.readNdjson(call.body(), pointsMax, vectors(schema));
        }
        try (JsonParser parser = StrictJson.parser(call.body())) {
            return PointBatch.readPoints(parser, pointsMax, vectors(schema));
        } catch (IOException e) {
            throw new UncheckedIOException("closing a parser over memory", e);
        }
    }

    private static Vectors vectors(CollectionSchema schema) {
        return schema.embedder() == null ? Vectors.REQUIRED : Vectors.OR_TEXT;
    }

    private CompletableFuture<HttpResponse> deleteOne(Call call) {
        Waiting waiting = Waiting.of(call, limits);
        PointRules.checkId(call.path("id"));
        DeleteJson delete = DeleteJson.of(List.of(call.path("id")));
        return delete(call, collections.require(call.path("c")), delete, waiting);
    }

    private CompletableFuture<HttpResponse> deleteMany(Call call) {
        Waiting waiting = Waiting.of(call, limits);
        CollectionDefinition collection = collections.require(call.path("c"));
        DeleteJson delete = DeleteJson.read(call.body(), limits.batchPoints());
        return delete(call, collection, delete, waiting);
    }

    private CompletableFuture<HttpResponse> delete(
            Call call, CollectionDefinition collection, DeleteJson delete, Waiting waiting) {
        return writes.delete(collection, delete, waiting.deadline, call.blocking())
                .thenCompose(written -> answer(collection, written, waiting));
    }

    private CompletableFuture<HttpResponse> answer(
            CollectionDefinition collection, Writes.Written written, Waiting waiting) {
        ObjectNode body = written.json();
        if (!waiting.wanted) {
            return CompletableFuture.completedFuture(Answers.of(HttpStatus.ACCEPTED, body));
        }
        return writes.searchable(collection, written, waiting.deadline)
                .thenApply(applied -> Answers.of(HttpStatus.OK, body));
    }

    /** Whether the answer waits until the write is searchable, and how long. */
    private record Waiting(boolean wanted, Deadline deadline) {
        static Waiting of(Call call, Limits limits) {
            call.allowQuery("wait", "timeout_ms");
            int timeoutMs = call.milliseconds("timeout_ms", limits.timeoutMs());
            limits.checkTimeoutMs(timeoutMs);
            return new Waiting(call.flag("wait"), call.asked().deadline(timeoutMs));
        }
    }
}
