package io.omendb.gateway.write;

import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.grpc.Calls;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.PointBatch;
import io.omendb.record.PointPatch;
import io.omendb.record.PointRules;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import io.omendb.v1.DeleteRequest;
import io.omendb.v1.DeleteResponse;
import io.omendb.v1.PatchRequest;
import io.omendb.v1.PatchResponse;
import io.omendb.v1.UpsertRequest;
import io.omendb.v1.UpsertResponse;
import io.omendb.v1.WriteServiceGrpc;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The calls that write points, changes of them and deletions. */
public final class WriteService extends WriteServiceGrpc.WriteServiceImplBase {
    private final KnownCollections collections;
    private final Writes writes;
    private final Calls calls;

    public WriteService(KnownCollections collections, Writes writes, Calls calls) {
        this.collections = collections;
        this.writes = writes;
        this.calls = calls;
    }

    @Override
    public StreamObserver<UpsertRequest> upsert(StreamObserver<UpsertResponse> out) {
        return UpsertStream.open(collections, writes, calls, out);
    }

    @Override
    public void patch(PatchRequest request, StreamObserver<PatchResponse> out) {
        calls.unary(
                request, out, Need.WRITE, request.getCollection(), asked -> patch(request, asked));
    }

    private CompletableFuture<PatchResponse> patch(PatchRequest request, Asked asked) {
        Deadline deadline = deadline(request.hasTimeoutMs(), request.getTimeoutMs(), asked);
        CollectionDefinition collection = collections.require(request.getCollection());
        PointBatch<PointPatch> batch =
                PointMessages.readPatches(request.getPatchesList(), calls.limits().batchPoints());
        return writes.write(collection, WriteForm.PATCH, batch, deadline, calls.blocking())
                .thenCompose(done -> waited(collection, done, request.getWait(), deadline))
                .thenApply(
                        written ->
                                PatchResponse.newBuilder()
                                        .setAccepted(written.count())
                                        .addAllTokens(tokens(written))
                                        .build());
    }

    private Deadline deadline(boolean said, int timeoutMs, Asked asked) {
        int most = said ? timeoutMs : calls.limits().timeoutMs();
        calls.limits().checkTimeoutMs(most);
        return asked.deadline(most);
    }

    private CompletableFuture<Writes.Written> waited(
            CollectionDefinition collection,
            Writes.Written written,
            boolean wanted,
            Deadline deadline) {
        return wanted
                ? writes.searchable(collection, written, deadline)
                : CompletableFuture.completedFuture(written);
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> out) {
        calls.unary(
                request, out, Need.WRITE, request.getCollection(), asked -> delete(request, asked));
    }

    private CompletableFuture<DeleteResponse> delete(DeleteRequest request, Asked asked) {
        Deadline deadline = deadline(request.hasTimeoutMs(), request.getTimeoutMs(), asked);
        CollectionDefinition collection = collections.require(request.getCollection());
        return writes.delete(collection, what(request), deadline, calls.blocking())
                .thenCompose(done -> waited(collection, done, request.getWait(), deadline))
                .thenApply(
                        written ->
                                DeleteResponse.newBuilder()
                                        .setAccepted(written.count())
                                        .addAllTokens(tokens(written))
                                        .build());
    }

    private DeleteJson what(DeleteRequest request) {
        return switch (request.getWhatCase()) {
            case IDS -> DeleteJson.of(ids(request.getIds().getIdsList()));
            case FILTER_JSON ->
                    DeleteJson.of(
                            StrictJson.uniqueObject(
                                    request.getFilterJson().getBytes(StandardCharsets.UTF_8),
                                    "filter_json"));
            case WHAT_NOT_SET ->
                    throw OmenException.malformed(
                            "what: found nothing, expected ids or filter_json");
        };
    }

    private List<String> ids(List<String> ids) {
        int idsMax = calls.limits().batchPoints();
        if (ids.size() > idsMax) {
            throw new OmenException(
                    ErrorCode.TOO_LARGE,
                    "ids: found " + ids.size() + ", expected at most " + idsMax);
        }
        ids.forEach(PointRules::checkId);
        return ids;
    }

    private static List<String> tokens(Writes.Written written) {
        return written.tokens().stream().map(Token::toString).toList();
    }
}
