package io.omendb.index.shard;

import io.omendb.OmenException;
import io.omendb.index.background.Pace;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.filter.Filter;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.ProbeModel;
import io.omendb.index.search.TopK;
import io.omendb.index.segment.Segment;
import io.omendb.index.sparse.SparseQuery;
import io.omendb.index.sparse.TermStatistics;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What a shard held at one moment: immutable, safe to use from any thread, for as long as wanted.
 * Garbage collection is its reference counter: memory and mapped files of segments that were merged
 * away live until the last snapshot is gone.
 */
public final class ShardSnapshot {
    private static final BooleanSupplier NEVER = () -> false;

    private final CollectionSchema schema;
    private final Segment[] segments;
    private final int newestRows;
    private final long sequence;
    private final @Nullable IndexState index;
    private final QuerySample queries;
    private final ShardEnvironment environment;

    /**
     * A snapshot.
     *
     * @param segments oldest first; only the last may still grow
     * @param newestRows rows of the last segment that belong to the snapshot
     * @param sequence number of the last write in it
     * @param index the index that new rows join
     * @param queries takes notice of queries
     * @param environment what searches make way for them, and what they may run on
     */
    ShardSnapshot(
            CollectionSchema schema,
            Segment[] segments,
            int newestRows,
            long sequence,
            @Nullable IndexState index,
            QuerySample queries,
            ShardEnvironment environment) {
        this.schema = schema;
        this.segments = segments;
        this.newestRows = newestRows;
        this.sequence = sequence;
        this.index = index;
        this.queries = queries;
        this.environment = environment;
    }

    public CollectionSchema schema() {
        return schema;
    }

    /** Number of the last write in the snapshot. */
    public long sequence() {
        return sequence;
    }

    /**
     * The segments, oldest first; how many rows of each belong to the snapshot says {@link
     * #rows(int)}.
     */
    public List<Segment> segments() {
        return Collections.unmodifiableList(Arrays.asList(segments));
    }

    /** Rows of the i-th segment in the snapshot. */
    public int rows(int i) {
        return i == segments.length - 1 ? newestRows : segments[i].rowCount();
    }

    /**
     * The k nearest rows, as exactly as asked for.
     *
     * @param query as many components as the collection has, all finite
     * @param k at least 1
     * @param filter null for none; k rows are found whenever k rows match
     * @throws OmenException INVALID for a query that does not fit the collection
     */
    public SearchResult search(float[] query, int k, @Nullable Filter filter, SearchParams params) {
        return search(query, k, filter, params, NEVER);
    }

    /**
     * The k nearest rows, unless they are wanted no longer.
     *
     * @param unneeded asked before each posting list; once it says so, any rows may be the answer
     * @throws OmenException INVALID for a query that does not fit the collection
     * @see #search(float[], int, Filter, SearchParams)
     */
    public SearchResult search(
            float[] query,
            int k,
            @Nullable Filter filter,
            SearchParams params,
            BooleanSupplier unneeded) {
        seen(query, params);
        return searchUnseen(query, k, filter, params, unneeded, null);
    }

    /**
     * A search like {@link #search(float[], int, Filter, SearchParams, BooleanSupplier)} that is
     * yet to be made, by as many threads as come.
     */
    public SharedSearch share(
            float[] query,
            int k,
            @Nullable Filter filter,
            SearchParams params,
            BooleanSupplier unneeded) {
        return new SharedSearch(this, query, k, filter, params, unneeded);
    }

    /**
     * The candidates of a hybrid search.
     *
     * @throws OmenException INVALID for a vector that does not fit the collection
     */
    public HybridResult search(HybridQuery query) {
        searching();
        return new HybridSearch(this, query).run();
    }

    /**
     * A page of all points, in the order of their {@link ScrollKey}.
     *
     * @param limit points at most, at least 1; fewer are left where there are fewer on the page
     * @param after the last point of the page before; null for the first page
     */
    public List<ScrollItem> scroll(@Nullable Filter filter, int limit, @Nullable ScrollKey after) {
        return new ScrollPage(this, limit, after).read(filter);
    }

    /** How common the terms of a query are here. */
    public TermStatistics statistics(SparseQuery query) {
        TermStatistics statistics = new TermStatistics();
        for (int i = 0; i < segments.length; i++) {
            if (rows(i) == 0) {
                continue;
            }
            statistics.add(segments[i].postings(), query, rows(i));
        }
        return statistics;
    }

    /** Takes notice of a search that a user asked for. */
    void seen(float[] query, SearchParams params) {
        searching();
        if (index != null && !params.isExact()) {
            queries.see(query, schema);
        }
    }

    private void searching() {
        Pace pace = environment.pace();
        if (pace != null) {
            pace.searching();
        }
    }

    /** Like {@link #search}, but not what a user asked for. */
    SearchResult searchUnseen(float[] query, int k, @Nullable Filter filter, SearchParams params) {
        return searchUnseen(query, k, filter, params, NEVER, null);
    }

    /** Like that, alone or as one of several threads. */
    SearchResult searchUnseen(
            float[] query,
            int k,
            @Nullable Filter filter,
            SearchParams params,
            BooleanSupplier unneeded,
            @Nullable SharedSearch shared) {
        float[] prepared = VectorRules.prepare(schema, query, "vector");
        ShardSearch search = new ShardSearch(this, prepared, k, params, unneeded, shared);
        search.run(filter);
        return new SearchResult(drain(search.top()), search.rowsScanned(), search.onDevice());
    }

    /** What sealed segments may be searched on, beside the processor. */
    @Nullable SearchDevice device() {
        return environment.device();
    }

    QuerySample queries() {
        return queries;
    }

    /** How many lists of a codebook to probe. */
    ProbeModel probeModel(Codebook codebook) {
        return index == null ? ProbeModel.unmeasured(codebook.lists()) : index.modelOf(codebook);
    }

    /** The index that new rows join, or null while all rows are searched flat. */
    @Nullable IndexState index() {
        return index;
    }

    /** Whether there are posting lists, so that not all rows are compared with each query. */
    public boolean isIndexed() {
        return index != null;
    }

    /** In a word: flat or ivf. */
    public String indexKind() {
        return index == null ? "flat" : "ivf";
    }

    /**
     * The k nearest rows, exactly, on the processor.
     *
     * @param query as many components as the collection has, all finite
     * @param k at least 1
     * @param filter null for none
     * @throws OmenException INVALID for a query that does not fit the collection
     */
    public SearchResult searchExact(float[] query, int k, @Nullable Filter filter) {
        searching();
        float[] prepared = VectorRules.prepare(schema, query, "vector");
        TopK top = new TopK(k);
        FlatScan scan = new FlatScan(prepared, schema.metric(), sequence, top);
        for (int i = 0; i < segments.length; i++) {
            int rows = rows(i);
            BitSet matches =
                    filter == null ? null : filter.match(segments[i].rows().fields(), rows);
            scan.scan(segments[i], rows, matches);
        }
        return new SearchResult(drain(top), scan.rowsScanned(), false);
    }

    /** Live rows that match, exactly. */
    public long count(@Nullable Filter filter) {
        long count = 0;
        for (int i = 0; i < segments.length; i++) {
            int rows = rows(i);
            BitSet dead = segments[i].tombstones().deadAsOf(rows, sequence);
            if (filter == null) {
                count += rows - dead.cardinality();
            } else {
                BitSet matches = filter.match(segments[i].rows().fields(), rows);
                matches.andNot(dead);
                count += matches.cardinality();
            }
        }
        return count;
    }

    /** Rows in the snapshot, dead ones included. */
    public long rowsStored() {
        long rows = 0;
        for (int i = 0; i < segments.length; i++) {
            rows += rows(i);
        }
        return rows;
    }

    /** Rows of the snapshot that nothing has killed by now, even if it was later. */
    long rowsLiveNow() {
        long rows = 0;
        for (int i = 0; i < segments.length; i++) {
            rows += Math.max(0, rows(i) - segments[i].tombstones().dead());
        }
        return rows;
    }

    /** Every live row, oldest segment first. */
    public List<Hit> liveRows() {
        List<Hit> live = new ArrayList<>();
        for (int i = 0; i < segments.length; i++) {
            for (int row = 0; row < rows(i); row++) {
                if (!segments[i].tombstones().isDead(row, sequence)) {
                    live.add(new Hit(segments[i], row, 0));
                }
            }
        }
        return live;
    }

    /** A row by its place, if it is there and has this id. */
    public Optional<Hit> at(int slot, int row, String id) {
        Segment segment = segmentOfSlot(slot);
        return segment != null
                        && row >= 0
                        && holds(segment, row)
                        && segment.rows().hasId(row, id.getBytes(StandardCharsets.UTF_8))
                ? Optional.of(new Hit(segment, row, 0))
                : Optional.empty();
    }

    /** The segment of a slot if it is in the snapshot, else null. */
    @Nullable Segment segmentOfSlot(int slot) {
        for (Segment segment : segments) {
            if (segment.slot() == slot) {
                return segment;
            }
        }
        return null;
    }

    /** Whether the row belongs to the snapshot, dead or alive. */
    boolean holds(Segment segment, int row) {
        Segment newest = segments[segments.length - 1];
        return row < (segment == newest ? newestRows : segment.rowCount());
    }

    private List<Hit> drain(TopK top) {
        int n = top.size();
        float[] scores = new float[n];
        long[] rows = new long[n];
        top.drainAscending(scores, rows);
        Metric metric = schema.metric();
        List<Hit> hits = new ArrayList<>(n);
        for (int i = 0; i < n; i++) {
            Segment segment = segmentOfSlot((int) (rows[i] >>> 32));
            if (segment == null) {
                throw new IllegalStateException("hit in a segment outside the snapshot");
            }
            hits.add(new Hit(segment, (int) rows[i], metric.distance(scores[i])));
        }
        return hits;
    }
}
