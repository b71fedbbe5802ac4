package io.omendb.gateway.write;

import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.grpc.Calls;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.PointRules;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import io.omendb.v1.DeleteRequest;
import io.omendb.v1.DeleteResponse;
import io.omendb.v1.UpsertRequest;
import io.omendb.v1.UpsertResponse;
import io.omendb.v1.WriteServiceGrpc;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The calls that write points and deletions. */
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
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> out) {
        calls.unary(
                request, out, Need.WRITE, request.getCollection(), asked -> delete(request, asked));
    }

    private CompletableFuture<DeleteResponse> delete(DeleteRequest request, Asked asked) {
        int timeoutMs =
                request.hasTimeoutMs() ? request.getTimeoutMs() : calls.limits().timeoutMs();
        calls.limits().checkTimeoutMs(timeoutMs);
        Deadline deadline = asked.deadline(timeoutMs);
        CollectionDefinition collection = collections.require(request.getCollection());
        CompletableFuture<Writes.Written> written =
                writes.delete(collection, what(request), deadline, calls.blocking());
        return (request.getWait()
                        ? written.thenCompose(done -> writes.searchable(collection, done, deadline))
                        : written)
                .thenApply(WriteService::answer);
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

    private static DeleteResponse answer(Writes.Written written) {
        DeleteResponse.Builder response = DeleteResponse.newBuilder().setAccepted(written.count());
        written.tokens().forEach(token -> response.addTokens(token.toString()));
        return response.build();
    }
}
