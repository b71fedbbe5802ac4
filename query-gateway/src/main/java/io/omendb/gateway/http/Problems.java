package io.omendb.gateway.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
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
import io.omendb.gateway.shards.SearchLimit;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns everything that can go wrong, in an endpoint or before one, into a problem document. */
public final class Problems implements ServerErrorHandler {
    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    static final MediaType TYPE = MediaType.parse("application/problem+json");
    private static final String RETRY_SECONDS = "1";

    /** What an answer 401 says is wanted (RFC 6750). */
    public static final String CHALLENGE = "Bearer realm=\"omendb\"";

    private static final ResponseHeaders BUSY_HEADERS =
            ResponseHeaders.builder(HttpStatus.TOO_MANY_REQUESTS)
                    .contentType(TYPE)
                    .set(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS)
                    .build();

    /** All of the document but the request's name and the brace behind it. */
    private static final byte[] BUSY = opened(Problem.of(SearchLimit.refusal()));

    private final long bodyBytesMax;
    private final AllowedMethods allowed;

    /**
     * @param bodyBytesMax of a request
     * @param routes all that are served
     */
    public Problems(long bodyBytesMax, List<Route> routes) {
        this.bodyBytesMax = bodyBytesMax;
        this.allowed = new AllowedMethods(routes);
    }

    /** The answer to a failure. */
    HttpResponse response(ServiceRequestContext context, Throwable failure) {
        Problem problem = problem(context.method() + " " + context.path(), failure);
        return aggregated(problem, context, context.request().headers()).toHttpResponse();
    }

    /** The answer to a search that is one too many, of which there are many. */
    HttpResponse busy(ServiceRequestContext context, RequestHeaders headers) {
        byte[] name = RequestId.of(context, headers).getBytes(StandardCharsets.US_ASCII);
        byte[] document = Arrays.copyOf(BUSY, BUSY.length + name.length + 2);
        System.arraycopy(name, 0, document, BUSY.length, name.length);
        document[document.length - 2] = '"';
        document[document.length - 1] = '}';
        return HttpResponse.of(BUSY_HEADERS, HttpData.wrap(document));
    }

    private static byte[] opened(Problem problem) {
        String document = problem.document().put("request_id", "").toString();
        return document.substring(0, document.length() - "\"}".length())
                .getBytes(StandardCharsets.UTF_8);
    }

    /** The answer to a body that is longer than allowed. */
    Problem tooLarge() {
        return httpProblem(HttpStatus.REQUEST_ENTITY_TOO_LARGE, "");
    }

    @Override
    public HttpResponse onServiceException(ServiceRequestContext context, Throwable cause) {
        return response(context, cause);
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
        Problem problem = httpProblem(status, headers == null ? detail : target(headers));
        return aggregated(problem, context, headers);
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

    private AggregatedHttpResponse aggregated(
            Problem problem,
            @Nullable ServiceRequestContext context,
            @Nullable RequestHeaders request) {
        ResponseHeadersBuilder headers =
                ResponseHeaders.builder(problem.status()).contentType(TYPE);
        if (problem.status() == HttpStatus.TOO_MANY_REQUESTS
                || problem.status() == HttpStatus.SERVICE_UNAVAILABLE) {
            headers.set(HttpHeaderNames.RETRY_AFTER, RETRY_SECONDS);
        }
        if (problem.status() == HttpStatus.UNAUTHORIZED) {
            headers.set(HttpHeaderNames.WWW_AUTHENTICATE, CHALLENGE);
        }
        if (problem.status() == HttpStatus.METHOD_NOT_ALLOWED && request != null) {
            String path = request.path().split("\\?", 2)[0];
            headers.set(HttpHeaderNames.ALLOW, allowed.of(path));
        }
        boolean read = context != null && context.request().isComplete();
        if (problem.status() == HttpStatus.REQUEST_TIMEOUT
                || problem.status() == HttpStatus.REQUEST_ENTITY_TOO_LARGE && !read) {
            headers.set(HttpHeaderNames.CONNECTION, "close"); // the rest of it is not wanted
        }
        ObjectNode document = problem.document();
        if (context != null) {
            document.put("request_id", RequestId.of(context, request));
        }
        return AggregatedHttpResponse.of(
                headers.build(),
                HttpData.wrap(document.toString().getBytes(StandardCharsets.UTF_8)));
    }
}
