package io.omendb.gateway.grpc;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;

/** Repeats a request's name in its answer, as HTTP does: in the headers, or the trailers alone. */
final class NamedAnswers implements ServerInterceptor {
    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String id = CallTrace.REQUEST_ID.get();
        return next.startCall(
                new SimpleForwardingServerCall<>(call) {
                    private boolean named;

                    @Override
                    public void sendHeaders(Metadata sent) {
                        name(sent);
                        super.sendHeaders(sent);
                    }

                    @Override
                    public void close(Status status, Metadata trailers) {
                        name(trailers);
                        super.close(status, trailers);
                    }

                    private void name(Metadata metadata) {
                        if (!named && id != null) {
                            metadata.put(CallTrace.REQUEST_ID_HEADER, id);
                            named = true;
                        }
                    }
                },
                headers);
    }
}
