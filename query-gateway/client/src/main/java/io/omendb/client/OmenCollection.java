package io.omendb.client;

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
import java.util.List;
import java.util.Optional;

/**
 * One collection of a gateway. Its methods wait for the answer and throw {@link
 * OmenClientException}; those of {@link #async} do not wait. Safe for use by several threads.
 */
public final class OmenCollection {
    private final AsyncOmenCollection async;

    OmenCollection(AsyncOmenCollection async) {
        this.async = async;
    }

    public String name() {
        return async.name();
    }

    /** The same calls, answered by futures. */
    public AsyncOmenCollection async() {
        return async;
    }

    /** A writer that collects points into requests. Closing it is the caller's. */
    public BatchingWriter writer(WriterOptions options) {
        return BatchingWriter.open(async, options);
    }

    /** As {@link AsyncOmenCollection#upsert(List)}. */
    public Written upsert(List<Point> points) {
        return Blocking.await(async.upsert(points));
    }

    /** As {@link AsyncOmenCollection#upsert(List, WriteOptions)}. */
    public Written upsert(List<Point> points, WriteOptions options) {
        return Blocking.await(async.upsert(points, options));
    }

    /** As {@link AsyncOmenCollection#patch(List)}. */
    public Written patch(List<PointPatch> patches) {
        return Blocking.await(async.patch(patches));
    }

    /** As {@link AsyncOmenCollection#patch(List, WriteOptions)}. */
    public Written patch(List<PointPatch> patches, WriteOptions options) {
        return Blocking.await(async.patch(patches, options));
    }

    /** As {@link AsyncOmenCollection#delete(List)}. */
    public Written delete(List<String> ids) {
        return Blocking.await(async.delete(ids));
    }

    /** As {@link AsyncOmenCollection#delete(List, WriteOptions)}. */
    public Written delete(List<String> ids, WriteOptions options) {
        return Blocking.await(async.delete(ids, options));
    }

    /** As {@link AsyncOmenCollection#delete(Filter)}. */
    public Written delete(Filter filter) {
        return Blocking.await(async.delete(filter));
    }

    /** As {@link AsyncOmenCollection#delete(Filter, WriteOptions)}. */
    public Written delete(Filter filter, WriteOptions options) {
        return Blocking.await(async.delete(filter, options));
    }

    /** As {@link AsyncOmenCollection#get}. */
    public Optional<StoredPoint> get(String id, Include... include) {
        return Blocking.await(async.get(id, include));
    }

    /** As {@link AsyncOmenCollection#search}. */
    public Found search(Search search) {
        return Blocking.await(async.search(search));
    }

    /** As {@link AsyncOmenCollection#searchBatch}. */
    public List<Found> searchBatch(List<Search> searches) {
        return Blocking.await(async.searchBatch(searches));
    }

    /** As {@link AsyncOmenCollection#hybridSearch}. */
    public HybridFound hybridSearch(HybridSearch search) {
        return Blocking.await(async.hybridSearch(search));
    }

    /** How many points there are. */
    public long count() {
        return count(Count.ALL).count();
    }

    /** How many points match. */
    public long count(Filter filter) {
        return count(Count.of(filter)).count();
    }

    /** As {@link AsyncOmenCollection#count}. */
    public Counted count(Count count) {
        return Blocking.await(async.count(count));
    }

    /** As {@link AsyncOmenCollection#scrollPage}. */
    public ScrollPage scrollPage(Scroll scroll) {
        return Blocking.await(async.scrollPage(scroll));
    }

    /**
     * All points that match, a page at a time as they are asked for. Each iterator begins anew, at
     * the cursor of {@code scroll}; its methods throw {@link OmenClientException}, after which they
     * may be called again.
     */
    public Iterable<StoredPoint> scroll(Scroll scroll) {
        return () -> new ScrollIterator(this, scroll);
    }
}
