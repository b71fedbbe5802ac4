package io.omendb.gateway.http;

import com.linecorp.armeria.common.AggregatedHttpRequest;
import com.linecorp.armeria.common.HttpRequest;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.HttpService;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.omendb.gateway.http.Route.Work;
import java.util.concurrent.CompletableFuture;

/** Serves one route: admission, reading the body, the endpoint, the error if there is one. */
public final class RouteService implements HttpService {
    private final Route route;
    private final Admission admission;
    private final Problems problems;
    private final long bodyBytesMax;
    private final Answered answered;

    public RouteService(
            Route route,
            Admission admission,
            Problems problems,
            long bodyBytesMax,
            Answered answered) {
        this.route = route;
        this.admission = admission;
        this.problems = problems;
        this.bodyBytesMax = bodyBytesMax;
        this.answered = answered;
    }

    @Override
    public HttpResponse serve(ServiceRequestContext context, HttpRequest request) {
        long start = System.nanoTime();
        return HttpResponse.of(
                admitted(context, request, start)
                        .exceptionally(
                                failure ->
                                        problems.response(
                                                context.method() + " " + context.path(), failure))
                        .thenApply(response -> observed(response, start)));
    }

    private CompletableFuture<HttpResponse> admitted(
            ServiceRequestContext context, HttpRequest request, long start) {
        if (route.work() == Work.OPEN) {
            return request.aggregate().thenCompose(whole -> run(context, whole, start));
        }
        long length = request.headers().contentLength();
        long bytes = length < 0 ? bodyBytesMax : length;
        try {
            admission.enter(bytes);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
        return request.aggregate()
                .thenCompose(whole -> run(context, whole, start))
                .whenComplete((response, failure) -> admission.leave(bytes));
    }

    private CompletableFuture<HttpResponse> run(
            ServiceRequestContext context, AggregatedHttpRequest request, long start) {
        Call call = new Call(context, request, start);
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

    private HttpResponse observed(HttpResponse response, long start) {
        return response.mapHeaders(
                headers -> {
                    answered.accept(route, headers.status().code(), System.nanoTime() - start);
                    return headers;
                });
    }
}
