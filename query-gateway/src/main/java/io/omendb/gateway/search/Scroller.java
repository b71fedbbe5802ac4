package io.omendb.gateway.search;

import io.omendb.gateway.freshness.AppliedWait;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.http.AnswerBytes;
import io.omendb.gateway.shards.Deadline;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Shards;
import io.omendb.protocol.v1.Point;
import io.omendb.protocol.v1.ScrollPosition;
import io.omendb.protocol.v1.ScrollRequest;
import io.omendb.protocol.v1.ScrollResponse;
import io.omendb.protocol.v1.ScrollResponse.Item;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Reads the points of a collection page by page, in an order that only their ids decide. */
public final class Scroller {
    private final Shards shards;
    private final LogEnds ends;
    private final AppliedWait wait;

    public Scroller(Shards shards, LogEnds ends, AppliedWait wait) {
        this.shards = shards;
        this.ends = ends;
        this.wait = wait;
    }

    /**
     * A page.
     *
     * @param cursor where the next page starts; null where this is the last
     * @param applied the writes that were waited for before it was read
     */
    record Page(List<Point> points, @Nullable ScrollPosition cursor, List<Token> applied) {
        private Page after(List<Token> writes) {
            return new Page(points, cursor, writes);
        }

        /** The same, if it fits into an answer. */
        Page within(AnswerBytes bytes) {
            Found.count(points, bytes);
            return this;
        }
    }

    CompletableFuture<Page> page(
            CollectionDefinition collection, ScrollJson scroll, Deadline deadline) {
        return scroll.consistency()
                .awaited(collection, ends, deadline)
                .thenCompose(tokens -> wait.until(collection, tokens, deadline))
                .thenCompose(
                        applied ->
                                read(collection, scroll, deadline)
                                        .thenApply(page -> page.after(applied)));
    }

    private CompletableFuture<Page> read(
            CollectionDefinition collection, ScrollJson scroll, Deadline deadline) {
        ScrollRequest.Builder request =
                ScrollRequest.newBuilder()
                        .setCollection(collection.name())
                        .setGeneration(collection.generation())
                        .setCommitted(scroll.consistency().committed())
                        .setFilterJson(scroll.filterJson())
                        .setInclude(scroll.fields().include())
                        .setLimit(scroll.limit());
        if (scroll.after() != null) {
            request.setAfter(scroll.after());
        }
        ScrollRequest built = request.build();
        return shards.ask(deadline, false, stub -> stub.scroll(built))
                .thenApply(gathered -> merge(gathered, scroll.limit()));
    }

    private static Page merge(Gathered<ScrollResponse> gathered, int limit) {
        List<Item> items = new ArrayList<>();
        gathered.values().forEach(answer -> items.addAll(answer.getItemsList()));
        items.sort(Comparator.comparing(Item::getPosition, ScrollCursor.ORDER));
        List<Item> page = items.subList(0, Math.min(limit, items.size()));
        return new Page(
                page.stream().map(Item::getPoint).toList(),
                page.size() < limit ? null : page.get(page.size() - 1).getPosition(),
                List.of());
    }

    /**
     * The ids of all points that match a filter, once everything written before now is applied.
     *
     * @param filterJson the filter object
     */
    public CompletableFuture<List<String>> ids(
            CollectionDefinition collection, String filterJson, int pageSize, Deadline deadline) {
        ScrollJson first =
                new ScrollJson(
                        filterJson,
                        pageSize,
                        null,
                        Fields.ID,
                        Consistency.STRONG,
                        deadline.timeoutMs());
        return ids(collection, first, new ArrayList<>(), deadline);
    }

    private CompletableFuture<List<String>> ids(
            CollectionDefinition collection,
            ScrollJson scroll,
            List<String> found,
            Deadline deadline) {
        return page(collection, scroll, deadline)
                .thenCompose(
                        page -> {
                            page.points().forEach(point -> found.add(point.getId()));
                            return page.cursor() == null
                                    ? CompletableFuture.completedFuture(found)
                                    : ids(collection, scroll.next(page), found, deadline);
                        });
    }
}
