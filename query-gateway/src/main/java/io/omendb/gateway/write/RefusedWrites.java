package io.omendb.gateway.write;

import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.grpc.Statuses;
import io.omendb.v1.DeleteRequest;
import io.omendb.v1.DeleteResponse;
import io.omendb.v1.PatchRequest;
import io.omendb.v1.PatchResponse;
import io.omendb.v1.UpsertRequest;
import io.omendb.v1.UpsertResponse;
import io.omendb.v1.WriteServiceGrpc;

/** Where every call that writes is, in a gateway that does not. */
public final class RefusedWrites extends WriteServiceGrpc.WriteServiceImplBase {
    private final String why;

    /**
     * @param why what is told: where to write instead
     */
    public RefusedWrites(String why) {
        this.why = why;
    }

    @Override
    public StreamObserver<UpsertRequest> upsert(StreamObserver<UpsertResponse> out) {
        refuse(out);
        return new StreamObserver<>() {
            @Override
            public void onNext(UpsertRequest message) {}

            @Override
            public void onError(Throwable cancelled) {}

            @Override
            public void onCompleted() {}
        };
    }

    @Override
    public void patch(PatchRequest request, StreamObserver<PatchResponse> out) {
        refuse(out);
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> out) {
        refuse(out);
    }

    private void refuse(StreamObserver<?> out) {
        out.onError(Statuses.of(new OmenException(ErrorCode.FORBIDDEN, why)));
    }
}
