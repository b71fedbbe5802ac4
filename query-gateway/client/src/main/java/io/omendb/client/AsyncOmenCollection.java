package io.omendb.client;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.filter.Filter;
import io.omendb.client.point.Point;
import io.omendb.client.point.PointPatch;
import io.omendb.client.point.StoredPoint;
import io.omendb.client.point.WriteOptions;
import io.omendb.client.point.Written;
import io.omendb.client.query.Count;
import io.omendb.client.query.Counted;
import io.omendb.client.query.Found;
import io.omendb.client.query.HybridFound;
import io.omendb.client.query.HybridSearch;
import io.omendb.client.query.Include;
import io.omendb.client.query.Scroll;
import io.omendb.client.query.ScrollPage;
import io.omendb.client.query.Search;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The calls of {@link OmenCollection}, answered by futures. These fail with {@link
 * OmenClientException}; cancelling one gives its call up. What depends on them runs on the client's
 * threads unless it is given an executor.
 */
public final class AsyncOmenCollection {
    private final Transport transport;
    private final String name;
    private final String path;

    AsyncOmenCollection(Transport transport, String name) {
        this.transport = transport;
        this.name = name;
        this.path = Paths.collection(name);
    }

    public String name() {
        return name;
    }

    /** As {@link #upsert(List, WriteOptions)}, answered when the points cannot be lost any more. */
    public CompletableFuture<Written> upsert(List<Point> points) {
        return upsert(points, WriteOptions.ACKNOWLEDGED);
    }

    /**
     * Writes points, all or none; each replaces the one of its id.
     *
     * @param points at most 10,000, and 64 MiB as JSON
     */
    public CompletableFuture<Written> upsert(List<Point> points, WriteOptions options) {
        return write("POST", "/points", Json.write(Map.of("points", points)), options, true);
    }

    /** As {@link #patch(List, WriteOptions)}, answered when the changes cannot be lost any more. */
    public CompletableFuture<Written> patch(List<PointPatch> patches) {
        return patch(patches, WriteOptions.ACKNOWLEDGED);
    }

    /**
     * Changes points that are there, all or none of the patches being taken; a point that is not
     * there stays away.
     *
     * @param patches at most 10,000, and 64 MiB as JSON
     */
    public CompletableFuture<Written> patch(List<PointPatch> patches, WriteOptions options) {
        return write("PATCH", "/points", Json.write(Map.of("points", patches)), options, true);
    }

    /** As {@link #delete(List, WriteOptions)}, answered when the deletion cannot be lost. */
    public CompletableFuture<Written> delete(List<String> ids) {
        return delete(ids, WriteOptions.ACKNOWLEDGED);
    }

    /** Deletes points. An id that does not exist is no error. */
    public CompletableFuture<Written> delete(List<String> ids, WriteOptions options) {
        return write("POST", "/points/delete", Json.write(Map.of("ids", ids)), options, true);
    }

    /** As {@link #delete(Filter, WriteOptions)}, answered when the deletion cannot be lost. */
    public CompletableFuture<Written> delete(Filter filter) {
        return delete(filter, WriteOptions.ACKNOWLEDGED);
    }

    /**
     * Deletes all points that match. Not sent twice where it may have been done, since it could
     * then take points that came after.
     */
    public CompletableFuture<Written> delete(Filter filter, WriteOptions options) {
        return write(
                "POST", "/points/delete", Json.write(Map.of("filters", filter)), options, false);
    }

    /** Sends a write whose body is there already. */
    CompletableFuture<Written> write(
            String method, String route, byte[] body, WriteOptions options, boolean repeatable) {
        Duration timeout = options.timeout();
        String query = "?wait=" + options.searchable();
        if (timeout != null) {
            query += "&timeout_ms=" + timeout.toMillis();
        }
        return transport.send(
                new Call<>(
                        method,
                        path + route + query,
                        body,
                        repeatable,
                        timeout,
                        read -> Json.read(read, Written.class)));
    }

    /**
     * A point.
     *
     * @param include the vector and the metadata where empty
     * @return empty where the collection has no such point; fails with 404 where there is no such
     *     collection
     */
    public CompletableFuture<Optional<StoredPoint>> get(String id, Include... include) {
        String query = include.length == 0 ? "" : "?include=" + Lookup.names(include);
        String route = path + "/points/" + Paths.segment(id) + query;
        return Lookup.orEmpty(transport.send(Call.get(route, StoredPoint.class)));
    }

    /** The nearest points to a vector. */
    public CompletableFuture<Found> search(Search search) {
        return transport.send(
                Call.post(path + "/search", search, Found.class).withinMs(search.timeoutMs()));
    }

    /**
     * Several searches in one request.
     *
     * @param searches at most 1,000
     * @return their answers in the same order; fails as soon as one search does
     */
    public CompletableFuture<List<Found>> searchBatch(List<Search> searches) {
        // They run a few at a time, so the whole may take what all of them may.
        long allowedMs = 0;
        for (Search search : searches) {
            Integer timeoutMs = search.timeoutMs();
            allowedMs += timeoutMs == null ? 0 : timeoutMs;
        }
        return transport.send(
                new Call<>(
                        "POST",
                        path + "/search/batch",
                        Json.write(Map.of("searches", searches)),
                        true,
                        Duration.ofMillis(allowedMs),
                        read -> Json.read(read, Results.class).of(searches.size())));
    }

    /** The best points by vector and by words at once. */
    public CompletableFuture<HybridFound> hybridSearch(HybridSearch search) {
        return transport.send(
                Call.post(path + "/hybrid_search", search, HybridFound.class)
                        .withinMs(search.timeoutMs()));
    }

    /** How many points match, exactly. */
    public CompletableFuture<Counted> count(Count count) {
        return transport.send(
                Call.post(path + "/count", count, Counted.class).withinMs(count.timeoutMs()));
    }

    /** One page of the points that match. */
    public CompletableFuture<ScrollPage> scrollPage(Scroll scroll) {
        return transport.send(Call.post(path + "/scroll", scroll, ScrollPage.class));
    }

    /** {@code {"results": […]}}. */
    record Results(@JsonProperty(required = true) List<Found> results) {
        List<Found> of(int searches) throws IOException {
            if (results.size() != searches) {
                throw new IOException("found " + results.size() + " results, expected " + searches);
            }
            return List.copyOf(results);
        }
    }
}
