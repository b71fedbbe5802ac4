package io.omendb.gateway.http;

import com.linecorp.armeria.common.AggregatedHttpResponse;
import com.linecorp.armeria.common.ContentTooLargeException;
import com.linecorp.armeria.common.HttpData;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.common.ResponseCompleteException;
import com.linecorp.armeria.common.ResponseHeaders;
import com.linecorp.armeria.common.ResponseHeadersBuilder;
import com.linecorp.armeria.common.util.Exceptions;
import com.linecorp.armeria.server.HttpStatusException;
import com.linecorp.armeria.server.RequestTimeoutException;
import com.linecorp.armeria.server.ServerErrorHandler;
import com.linecorp.armeria.server.ServiceConfig;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns everything that can go wrong, in an endpoint or before one, into a problem document. */
public final class Problems implements ServerErrorHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final MediaType TYPE = MediaType.parse("application/problem+json");
    private static final String RETRY_SECONDS = "1";

    private final long bodyBytesMax;

    public Problems(long bodyBytesMax) {
        this.bodyBytesMax = bodyBytesMax;
    }

    /** The answer to a failure. */
    HttpResponse response(String request, Throwable failure) {
        return aggregated(problem(request, failure)).toHttpResponse();
    }

    @Override
    public HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        return response(context.method() + " " + context.path(), cause);
    }

    @Override
    public AggregatedHttpResponse renderStatus(
            @Nullable ServiceRequestContext context,
            ServiceConfig config,
            @Nullable RequestHeaders headers,
            HttpStatus status,
            @Nullable String description,
            @Nullable Throwable cause) {
        String detail = description == null ? status.reasonPhrase() : description;
        return aggregated(httpProblem(status, headers == null ? detail : target(headers)));
    }

    private Problem problem(String request, Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        if (cause instanceof Problem problem) {
            return problem;
        }
        if (cause instanceof OmenException error) {
            if (error.code() == ErrorCode.INTERNAL) {
                LOG.error("{} failed", request, error);
            }
            return Problem.of(error);
        }
        if (cause instanceof HttpStatusException status) {
            return httpProblem(status.httpStatus(), request);
        }
        if (cause instanceof ContentTooLargeException) {
            return httpProblem(HttpStatus.REQUEST_ENTITY_TOO_LARGE, request);
        }
        if (cause instanceof RequestTimeoutException) {
            return Problem.of(
                    new OmenException(
                            ErrorCode.TIMEOUT, request + " was not answered in the time allowed."));
        }
        if (!Exceptions.isExpected(cause)
                && !(cause
                        instanceof
                        ResponseCompleteException)) { // a client that went away is no defect
            LOG.error("{} failed", request, cause);
        }
        return Problem.of(
                new OmenException(
                        ErrorCode.INTERNAL,
                        "A defect of the gateway; its log has the details of " + request + "."));
    }

    private Problem httpProblem(HttpStatus status, String request) {
        return switch (status.code()) {
            case 404 ->
                    Problem.of(
                            new OmenException(
                                    ErrorCode.NOT_FOUND,
                                    request + " is no route of this API; see /openapi.json."));
            case 405 ->
                    Problem.of(
                            status, request + ": the path has other methods; see /openapi.json.");
            case 413 ->
                    Problem.of(
                            new OmenException(
                                    ErrorCode.TOO_LARGE,
                                    "body: found more than "
                                            + bodyBytesMax
                                            + " bytes, expected at most that many; send several"
                                            + " smaller requests."));
            default -> Problem.of(status, request);
        };
    }

    private static String target(RequestHeaders headers) {
        return headers.method() + " " + headers.path();
    }

    private static AggregatedHttpResponse aggregated(Problem problem) {
        ResponseHeadersBuilder headers =
                ResponseHeaders.builder(problem.status()).contentType(TYPE);
        if (problem.status() == HttpStatus.TOO_MANY_REQUESTS
                || problem.status() == HttpStatus.SERVICE_UNAVAILABLE) {
            headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS);
        }
        return AggregatedHttpResponse.of(
                headers.build(),
                HttpData.wrap(problem.document().toString().getBytes(StandardCharsets.UTF_8)));
    }
}
