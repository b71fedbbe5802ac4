package io.omendb.gateway.grpc;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.http.Problem;
import io.omendb.protocol.ErrorTrailers;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Errors as gRPC has them: a status, the {@link ErrorCode} in a trailer, and in another the problem
 * document that HTTP would have answered, which names every bad point.
 */
public final class Statuses {
    /** The problem document, as JSON in UTF-8. */
    public static final Metadata.Key<byte[]> PROBLEM =
            Metadata.Key.of("omen-problem-bin", Metadata.BINARY_BYTE_MARSHALLER);

    private static final Logger LOG = LoggerFactory.getLogger(Statuses.class);

    private Statuses() {}

    /** The status of a failure. */
    public static StatusRuntimeException of(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof StatusRuntimeException status) {
            return status;
        }
        Problem problem;
        if (cause instanceof Problem refused) {
            problem = refused;
        } else if (cause instanceof OmenException error && error.code() != ErrorCode.INTERNAL) {
            problem = Problem.of(error);
        } else {
            LOG.error("a gRPC call failed", cause);
            problem =
                    Problem.of(
                            new OmenException(
                                    ErrorCode.INTERNAL,
                                    "A defect of the gateway; its log has the details."));
        }
        return of(problem);
    }

    private static StatusRuntimeException of(Problem problem) {
        StatusRuntimeException status =
                ErrorTrailers.toStatus(
                        new OmenException(
                                ErrorCode.valueOf(problem.code()),
                                String.valueOf(problem.getMessage())));
        Metadata trailers = Objects.requireNonNull(status.getTrailers());
        trailers.put(PROBLEM, problem.document().toString().getBytes(StandardCharsets.UTF_8));
        return status;
    }
}
