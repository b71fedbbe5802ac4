package io.omendb.gateway.search;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.arrow.ArrowAnswers;
import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.http.Answers;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.shards.Deadline;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.ScrollPosition;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The route that reads all points page by page. */
public final class ScrollEndpoints {
    private final KnownCollections collections;
    private final Scroller scroller;
    private final Limits limits;

    public ScrollEndpoints(KnownCollections collections, Scroller scroller, Limits limits) {
        this.collections = collections;
        this.scroller = scroller;
        this.limits = limits;
    }

    public List<Route> routes() {
        return List.of(
                Route.quick(HttpMethod.POST, "/collections/{c}/scroll", Need.READ, this::scroll));
    }

    private CompletableFuture<HttpResponse> scroll(Call call) {
        call.allowQuery();
        return collections
                .find(call.path("c"), call.blocking())
                .thenCompose(
                        collection -> {
                            ScrollJson scroll = ScrollJson.read(call.body(), limits.timeoutMs());
                            scroll.check(collection, limits);
                            if (scroll.fields().vector()) {
                                call.expectVectors(
                                        scroll.limit(), collection.schema().dimension(), limits);
                            }
                            Deadline deadline = call.asked().deadline(scroll.timeoutMs());
                            return scroller.page(collection, scroll, deadline)
                                    .thenApply(page -> page.within(limits.answer()))
                                    .thenApply(
                                            page ->
                                                    ArrowAnswers.wanted(call.headers())
                                                            ? FoundTables.of(
                                                                    collection.schema(),
                                                                    scroll.fields(),
                                                                    page)
                                                            : answer(page, scroll.fields()));
                        });
    }

    private static HttpResponse answer(Scroller.Page page, Fields fields) {
        return Answers.of(
                HttpStatus.OK,
                json -> {
                    json.writeStartObject();
                    json.writeArrayFieldStart("points");
                    for (Point point : page.points()) {
                        Found.writePoint(json, point, fields);
                    }
                    json.writeEndArray();
                    ScrollPosition cursor = page.cursor();
                    json.writeStringField(
                            "cursor", cursor == null ? null : ScrollCursor.write(cursor));
                    json.writeEndObject();
                });
    }
}
