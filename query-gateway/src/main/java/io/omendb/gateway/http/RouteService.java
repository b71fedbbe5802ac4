package io.omendb.gateway.http;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpHeaderNames;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.RequestHeaders;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.channel.Channel;
import io.netty.util.AsciiString;
import io.omendb.OmenException;
import io.omendb.gateway.access.Caller;
import io.omendb.gateway.access.KeyRing;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Route.Work;
import io.omendb.gateway.shards.Asked;
import io.omendb.gateway.shards.Departure;
import io.omendb.gateway.shards.SearchLimit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Serves one route: admission, reading the body, the endpoint, the error if there is one. */
public final class RouteService implements HttpService {
    /** Of a request that needs none: some clients send an empty one piece by piece. */
    private static final int OPEN_BODY_BYTES_MAX = 1024;

    /** Where clients of Chroma's interface may have their key. */
    private static final AsciiString CHROMA_TOKEN = AsciiString.cached("x-chroma-token");

    private final Route route;
    private final KeyRing keys;
    private final Admission admission;
    private final Problems problems;
    private final Limits limits;
    private final Answered answered;
    private final @Nullable LocalNames names;

    /**
     * @param names by which the gateway may be called; null for any
     */
    public RouteService(
            Route route,
            KeyRing keys,
            @Nullable LocalNames names,
            Admission admission,
            Problems problems,
            Limits limits,
            Answered answered) {
        this.route = route;
        this.keys = keys;
        this.names = names;
        this.admission = admission;
        this.problems = problems;
        this.limits = limits;
        this.answered = answered;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        if (route.searches() && refuses(context)) {
            return refused(context, request);
        }
        if (CrossSite.isRefused(route.method(), request.headers())) {
            return refused(context, request, CrossSite.refusal());
        }
        if (names != null && route.need() != Need.NOTHING && names.isForeign(request.headers())) {
            return refused(context, request, LocalNames.refusal());
        }
        if (RewrittenPath.isRefused(context)) {
            return refused(context, request, RewrittenPath.refusal(context));
        }
        Caller caller;
        try {
            caller = caller(context, request.headers());
        } catch (OmenException e) {
            return refused(context, request, e);
        }
        if (route.work() == Work.OPEN) {
            // Served whatever else is to do, so that nothing else bounds what such bodies take.
            if (request.headers().contentLength() > OPEN_BODY_BYTES_MAX) {
                return refused(
                        context,
                        request,
                        OmenException.malformed("body: found one, expected none for this path"));
            }
            context.setMaxRequestLength(OPEN_BODY_BYTES_MAX);
        }
        Asked asked = new Asked(System.nanoTime(), Departure.with(context.whenRequestCancelling()));
        Admission.Place place = null;
        if (route.work() != Work.OPEN) {
            try {
                place = admission.enter(length(request), writes());
            } catch (OmenException | Problem e) {
                return observed(problems.response(context, e), asked.startNanos(), null);
            }
        }
        Admission.Place taken = place;
        CompletableFuture<HttpResponse> answer = answer(context, request, asked, caller, taken);
        if (taken != null) {
            closeAfter(answer, context, taken);
        }
        return HttpResponse.of(
                answer.exceptionally(failure -> problems.response(context, failure))
                        .thenApply(response -> observed(response, asked.startNanos(), taken)));
    }

    /** Whether it waits for Kafka. */
    private boolean writes() {
        return route.need() == Need.WRITE || route.need() == Need.MANAGE;
    }

    /** Before anything of the body is read: what is not allowed costs nothing. */
    private Caller caller(ServiceRequestContext context, RequestHeaders headers) {
        if (route.need() == Need.NOTHING) {
            return Caller.ANYBODY;
        }
        Caller caller = keys.identify(authorization(headers));
        AccessLog.calledBy(context, caller.name());
        caller.check(route.need(), context.pathParam("c"));
        return caller;
    }

    private static @Nullable String authorization(RequestHeaders headers) {
        String token = headers.get(CHROMA_TOKEN);
        return token != null && !headers.contains(HttpHeaderNames.AUTHORIZATION)
                ? "Bearer " + token
                : headers.get(HttpHeaderNames.AUTHORIZATION);
    }

    /**
     * Work may go on after a client has gone, and a slow one may read its answer long after the
     * work: the place is free again once both have ended. Not for ever: one client that does not
     * read would keep all others out.
     */
    private void closeAfter(
            CompletableFuture<HttpResponse> work,
            ServiceRequestContext context,
            Admission.Place place) {
        work.whenComplete(
                (response, failure) -> {
                    CompletableFuture<?> sent = context.log().whenComplete();
                    var unused = sent.thenRun(place::close);
                    if (!sent.isDone()) {
                        cutOff(context, place, sent, limits.bodyMs(), false);
                    }
                });
    }

    /**
     * Closes the connection of a client that takes longer to read its answer.
     *
     * @param last whether the size of the answer has been allowed for
     */
    private void cutOff(
            ServiceRequestContext context,
            Admission.Place place,
            CompletableFuture<?> sent,
            long afterMs,
            boolean last) {
        Future<?> timer =
                context.eventLoop()
                        .schedule(
                                () -> {
                                    long moreMs = last ? 0 : readingMs(place.sending());
                                    if (moreMs > 0) {
                                        cutOff(context, place, sent, moreMs, true);
                                        return;
                                    }
                                    Channel channel = context.log().partial().channel();
                                    if (channel != null) {
                                        var unused = channel.close();
                                    }
                                    place.close();
                                },
                                afterMs,
                                TimeUnit.MILLISECONDS);
        var unused = sent.thenRun(() -> timer.cancel(false));
    }

    /** As many bytes as a body may have take as long as a body may. */
    private long readingMs(long bytes) {
        return (long) ((double) bytes / limits.bodyBytes() * limits.bodyMs());
    }

    private boolean refuses(ServiceRequestContext context) {
        SearchLimit searches = admission.searches();
        return searches.turns().refuses(context.eventLoop().withoutContext()) || searches.refuses();
    }

    /** Without reading the body: of many that are refused, what each costs the others count. */
    private HttpResponse refused(ServiceRequestContext context, HttpRequest request) {
        long start = System.nanoTime();
        HttpResponse refusal = problems.busy(context, request.headers());
        answered.accept(route, HttpStatus.TOO_MANY_REQUESTS.code(), System.nanoTime() - start);
        return refusal;
    }

    private HttpResponse refused(
            ServiceRequestContext context, HttpRequest request, RuntimeException why) {
        long start = System.nanoTime();
        request.abort(why);
        Refusal form = route.refusal();
        HttpResponse refusal =
                form == null ? problems.response(context, why) : form.answer(context, why);
        return observed(refusal, start, null);
    }

    /** Reads the request and does what the route does; without a place, what needs none. */
    private CompletableFuture<HttpResponse> answer(
            ServiceRequestContext context,
            HttpRequest request,
            Asked asked,
            Caller caller,
            Admission.@Nullable Place place) {
        if (place == null) {
            return whole(context, request)
                    .thenCompose(
                            whole ->
                                    endpoint(
                                            new Call(
                                                    context,
                                                    whole.headers(),
                                                    whole.content().array(),
                                                    asked,
                                                    caller,
                                                    null)));
        }
        return whole(context, request)
                .thenCompose(whole -> decoded(context, whole, place))
                .thenCompose(
                        body ->
                                run(
                                        new Call(
                                                context,
                                                request.headers(),
                                                body,
                                                asked,
                                                caller,
                                                place)));
    }

    /**
     * What the body takes up; checked before it is read, or its length alone would fill the house.
     */
    private long length(HttpRequest request) {
        long length = request.headers().contentLength();
        if (length > limits.bodyBytes()) {
            throw problems.tooLarge();
        }
        return length < 0 && !request.isEmpty() ? limits.bodyBytes() : Math.max(0, length);
    }

    /** Reads the body, but not for ever. */
    private CompletableFuture<AggregatedHttpRequest> whole(
            ServiceRequestContext context, HttpRequest request) {
        CompletableFuture<AggregatedHttpRequest> whole = request.aggregate();
        if (whole.isDone()) {
            return whole;
        }
        Future<?> timer =
                context.eventLoop()
                        .schedule(
                                () -> request.abort(slow()),
                                limits.bodyMs(),
                                TimeUnit.MILLISECONDS);
        return whole.whenComplete((read, failure) -> timer.cancel(false));
    }

    private Problem slow() {
        return Problem.of(
                HttpStatus.REQUEST_TIMEOUT,
                "body: found no end after "
                        + limits.bodyMs()
                        + " ms, expected all of it within that time; send several smaller"
                        + " requests.");
    }

    /** Undoes the body's coding, which is long work where there is one. */
    private CompletableFuture<byte[]> decoded(
            ServiceRequestContext context, AggregatedHttpRequest whole, Admission.Place place) {
        byte[] body = whole.content().array();
        ContentCoding coding = ContentCoding.of(whole.headers());
        return coding == null
                ? CompletableFuture.completedFuture(body)
                : CompletableFuture.supplyAsync(
                        () -> coding.decode(body, limits.bodyBytes(), place),
                        context.blockingTaskExecutor().unwrap());
    }

    private CompletableFuture<HttpResponse> run(Call call) {
        if (route.work() != Work.BLOCKING) {
            return endpoint(call);
        }
        return CompletableFuture.supplyAsync(() -> endpoint(call), call.blocking())
                .thenCompose(answer -> answer);
    }

    private CompletableFuture<HttpResponse> endpoint(Call call) {
        try {
            return route.endpoint().answer(call);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(e);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private HttpResponse observed(
            HttpResponse response, long start, Admission.@Nullable Place place) {
        return response.mapHeaders(
                headers -> {
                    if (place != null) {
                        place.sends(Math.max(0, headers.contentLength()));
                    }
                    answered.accept(route, headers.status().code(), System.nanoTime() - start);
                    return headers;
                });
    }
}
