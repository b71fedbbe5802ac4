package io.omendb.protocol;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.omendb.ErrorCode;
import io.omendb.OmenException;

/**
 * Carries an {@link OmenException} through gRPC: its code in a trailer, its message as the status
 * description.
 */
public final class ErrorTrailers {
    private static final Metadata.Key<String> CODE =
            Metadata.Key.of("omen-error-code", Metadata.ASCII_STRING_MARSHALLER);

    private ErrorTrailers() {}

    /** The gRPC form of an error. */
    public static StatusRuntimeException toStatus(OmenException error) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, error.code().name());
        Status status = grpcStatus(error.code()).withDescription(error.getMessage());
        return error.code() == ErrorCode.OVERLOADED
                ? new Refusal(status, trailers)
                : status.asRuntimeException(trailers);
    }

    /** The error a gRPC call ended with; UNAVAILABLE where the other side could not be reached. */
    public static OmenException fromStatus(StatusRuntimeException status) {
        Metadata trailers = status.getTrailers();
        String name = trailers == null ? null : trailers.get(CODE);
        String description = status.getStatus().getDescription();
        String message = description == null ? status.getStatus().getCode().name() : description;
        if (name != null) {
            return new OmenException(ErrorCode.valueOf(name), message, status);
        }
        ErrorCode code =
                switch (status.getStatus().getCode()) {
                    case DEADLINE_EXCEEDED -> ErrorCode.TIMEOUT;
                    case UNAUTHENTICATED -> ErrorCode.UNAUTHENTICATED;
                    case RESOURCE_EXHAUSTED -> ErrorCode.OVERLOADED;
                    case UNAVAILABLE, CANCELLED -> ErrorCode.UNAVAILABLE;
                    default -> ErrorCode.INTERNAL;
                };
        return new OmenException(code, message, status);
    }

    private static Status grpcStatus(ErrorCode code) {
        return switch (code) {
            case MALFORMED, INVALID, TOO_LARGE -> Status.INVALID_ARGUMENT;
            case UNAUTHENTICATED -> Status.UNAUTHENTICATED;
            case FORBIDDEN -> Status.PERMISSION_DENIED;
            case NOT_FOUND -> Status.NOT_FOUND;
            case CONFLICT -> Status.ALREADY_EXISTS;
            case OVERLOADED -> Status.RESOURCE_EXHAUSTED;
            case UNAVAILABLE -> Status.UNAVAILABLE;
            case TIMEOUT -> Status.DEADLINE_EXCEEDED;
            case CORRUPT, EXTERNAL, INTERNAL -> Status.INTERNAL;
        };
    }

    /** Made when there is most to do, so without the trace of where. */
    private static final class Refusal extends StatusRuntimeException {
        private static final long serialVersionUID = 1;

        Refusal(Status status, Metadata trailers) {
            super(status, trailers);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }
}
