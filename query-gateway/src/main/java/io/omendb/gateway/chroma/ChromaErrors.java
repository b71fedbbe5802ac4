package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Problem;
import io.omendb.gateway.http.Problems;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Errors in Chroma's form: {@code {"error": "NotFoundError", "message": "…"}}. */
final class ChromaErrors {
    private static final Logger LOG = LoggerFactory.getLogger(ChromaErrors.class);

    private ChromaErrors() {}

    /** The answer to a failure. */
    static HttpResponse response(String request, Throwable failure) {
        ChromaException error = translated(request, failure);
        HttpResponse answer =
                Answers.of(
                        error.status(),
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("error", error.chromaName())
                                .put("message", error.getMessage()));
        return error.status() == HttpStatus.UNAUTHORIZED ? challenged(answer) : answer;
    }

    private static HttpResponse challenged(HttpResponse answer) {
        return answer.mapHeaders(
                headers ->
                        headers.toBuilder()
                                .set(HttpHeaderNames.WWW_AUTHENTICATE, Problems.CHALLENGE)
                                .build());
    }

    private static ChromaException translated(String request, Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = String.valueOf(cause.getMessage());
        if (cause instanceof ChromaException error) {
            return error;
        }
        if (cause instanceof Problem problem) {
            return ofStatus(problem.status(), message);
        }
        if (cause instanceof OmenException error) {
            if (error.code() == ErrorCode.INTERNAL) {
                LOG.error("{} failed", request, error);
            }
            return ofStatus(HttpStatus.valueOf(error.code().httpStatus()), message);
        }
        LOG.error("{} failed", request, cause);
        return ofStatus(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "A defect of the gateway; its log has the details of " + request + ".");
    }

    /** Chroma has one status for all that a request can be wrong in. */
    private static ChromaException ofStatus(HttpStatus status, String message) {
        return switch (status.code()) {
            case 400, 413, 422 -> ChromaException.invalid(message);
            case 401 -> ChromaException.of(status, "AuthorizationError", message);
            case 403 -> ChromaException.forbidden(message);
            case 404 -> ChromaException.notFound(message);
            case 409 -> ChromaException.exists(message);
            case 429 -> ChromaException.of(status, "RateLimitError", message);
            default -> ChromaException.of(status, "InternalError", message);
        };
    }
}
