package io.omendb.gateway.grpc;

/** Hears of every gRPC call that ended. */
@FunctionalInterface
public interface CallAnswered {
    /**
     * A call ended.
     *
     * @param method service and method; {@link CallTrace#UNKNOWN} for what is not served
     * @param status name of its status; CANCELLED where the client went away
     */
    void accept(String method, String status, long nanos);
}
