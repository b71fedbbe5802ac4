package io.omendb.gateway.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import io.omendb.OmenException;
import io.omendb.gateway.access.Caller;
import io.omendb.gateway.access.KeyRing;
import java.util.Objects;
import java.util.Set;

/**
 * Finds out who calls, by the key in the call's {@code authorization}, before anything of it is
 * read. What the caller may do is for the services to check, as messages name the collection.
 */
final class KeyCheck implements ServerInterceptor {
    private static final Context.Key<Caller> CALLER = Context.key("omen-caller");
    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final KeyRing keys;
    private final Set<String> open;

    /**
     * @param open services that are for everybody, as probes are
     */
    KeyCheck(KeyRing keys, Set<String> open) {
        this.keys = keys;
        this.open = Set.copyOf(open);
    }

    /** Whoever made the call that is being served on this thread. */
    static Caller caller() {
        return Objects.requireNonNull(CALLER.get(), "a call that was not checked");
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        Caller caller = Caller.ANYBODY;
        if (!open.contains(String.valueOf(call.getMethodDescriptor().getServiceName()))) {
            try {
                caller = keys.identify(headers.get(AUTHORIZATION));
            } catch (OmenException e) {
                StatusRuntimeException refusal = Statuses.of(e);
                call.close(
                        refusal.getStatus(),
                        Objects.requireNonNullElseGet(refusal.getTrailers(), Metadata::new));
                return new ServerCall.Listener<>() {};
            }
            CallTrace.calledBy(caller.name());
        }
        return Contexts.interceptCall(
                Context.current().withValue(CALLER, caller), call, headers, next);
    }
}
