package io.omendb.index.shard;

import io.omendb.index.column.RowMatcher;
import io.omendb.index.device.PlannedSearch;
import io.omendb.index.filter.Filter;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.IvfQuery;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.search.TopK;
import io.omendb.index.segment.Segment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Plans and runs one approximate search over a snapshot. Segments that share a codebook are probed
 * together, so the query meets each centroid once; rows that are in no list yet are compared
 * exactly; so are the matches of a filter that few rows pass.
 */
final class ShardSearch {
    /** What a match costs that is read and compared, a list that is probed, an entry estimated. */
    static final double SCAN_NS = 80;

    static final double PROBE_NS = 400;
    private static final double ENTRY_NS = 5;

    /** Matches up to which they are listed before probing. */
    private static final int LISTED_MAX = 50_000;

    /**
     * Rows among which there should be so many times as many matches as are wanted, and were not
     * even as many: something else than their share is to be gone by.
     */
    private static final double IN_VAIN = 8;

    private static final double IN_VAIN_MIN = 4096;

    private static final float EPSILON_FAST = 1.7f;
    private static final float EPSILON_SAFE = 1.9f;
    private static final double TARGET_SAFE = 0.97;

    /** One a thread: scratch arrays of a few hundred kilobytes. */
    private static final ThreadLocal<IvfQuery> IVF = ThreadLocal.withInitial(IvfQuery::new);

    private static final IntUnaryOperator NOTHING = segment -> 0;

    private final ShardSnapshot snapshot;
    private final float[] query;
    private final SearchParams params;
    private final BooleanSupplier unneeded;
    private final @Nullable SharedSearch shared;
    private final TopK top;
    private final FlatScan flat;
    private long rowsScanned;
    private boolean onDevice;

    private boolean filtered;

    /** Whether the matches of the filter are known one by one. */
    private boolean listed;

    /** Never read, but the JIT compiler cannot know: keeps reads ahead of time alive. */
    private volatile int touched;

    /**
     * A search.
     *
     * @param unneeded asked before each posting list; once it says so, any rows may be the answer
     * @param shared what other threads take part in; null where it is made by this one alone
     */
    ShardSearch(
            ShardSnapshot snapshot,
            float[] prepared,
            int k,
            SearchParams params,
            BooleanSupplier unneeded,
            @Nullable SharedSearch shared) {
        this.unneeded = unneeded;
        this.shared = shared != null && shared.isDivisible() ? shared : null;
        this.snapshot = snapshot;
        this.query = prepared;
        this.params = params;
        this.top = new TopK(k);
        this.flat =
                new FlatScan(
                        prepared, snapshot.schema().metric(), snapshot.sequence(), top, unneeded);
    }

    TopK top() {
        return top;
    }

    long rowsScanned() {
        return rowsScanned + flat.rowsScanned();
    }

    /** Whether a device beside the processor took part. */
    boolean onDevice() {
        return onDevice;
    }

    void run(@Nullable Filter filter) {
        List<Segment> segments = snapshot.segments();
        @Nullable RowMatcher[] matches = new RowMatcher[segments.size()];
        double selectivity = 1;
        filtered = filter != null;
        DeviceScan device = DeviceScan.of(snapshot, params, query, top.capacity());
        if (filter != null) {
            long found = bind(filter, matches);
            if (!isToBeScanned(found) && found <= LISTED_MAX) {
                // An estimate may be far too high: of conditions that seldom hold together, say.
                found = list(matches);
            }
            if (isToBeScanned(found)) {
                scanMatches(matches, found, device);
                return;
            }
            selectivity = share(found);
        }
        if (device == null) {
            searchHere(NOTHING, matches, selectivity);
            return;
        }
        try (PlannedSearch planned = device.plan(params, hostNanos(device, selectivity))) {
            if (planned.onDevice()) {
                // Its rows come first: they are the bound that spares most comparisons here.
                onDevice = device.search(query, matches, filter != null, top);
                rowsScanned += onDevice ? device.rows() : 0;
            }
            searchHere(onDevice ? device::covered : NOTHING, matches, selectivity);
            if (unneeded.getAsBoolean()) {
                planned.abandon();
            }
        }
    }

    /** What the rows that are on the device would cost here. */
    private double hostNanos(DeviceScan device, double selectivity) {
        IndexState index = snapshot.index();
        if (params.isExact() || index == null) {
            return device.hostNanos(device.rows());
        }
        int nprobe = params.nprobe() > 0 ? params.nprobe() : nprobe(index, selectivity);
        return probeNanos(index, nprobe) * device.rows() / Math.max(1, snapshot.rowsStored());
    }

    /**
     * Searches on the processor.
     *
     * @param done for each segment how many rows, from the first on, were searched already
     */
    private void searchHere(
            IntUnaryOperator done, @Nullable RowMatcher[] matches, double selectivity) {
        SearchPlan plan =
                shared == null
                        ? plan(done, matches, selectivity)
                        : shared.plan(() -> plan(done, matches, selectivity));
        for (SearchPlan.Rows rows : plan.unindexed()) {
            scanUnindexed(rows.segment(), rows.first(), rows.end(), rows.matches());
        }
        Widening widening = new Widening(snapshot, params, top, unneeded);
        for (SearchPlan.Probe probe : plan.probes()) {
            IvfScan scan = probe(probe);
            boolean complete =
                    !filtered
                            || params.nprobe() > 0
                            || widening.isComplete(
                                    scan, probe, neighbours(selectivity), listing(matches));
            rowsScanned += scan.rowsEstimated();
            touched += scan.touched();
            if (!complete) {
                readMatches(matches, done);
                return;
            }
        }
    }

    private Widening.Matches listing(@Nullable RowMatcher[] matches) {
        return new Widening.Matches() {
            @Override
            public boolean areListed() {
                return listed;
            }

            @Override
            public long list() {
                return ShardSearch.this.list(matches);
            }
        };
    }

    /** Compares all matches, some of which are among the best already. */
    private void readMatches(@Nullable RowMatcher[] matches, IntUnaryOperator done) {
        TopK all = new TopK(top.capacity());
        FlatScan scan =
                new FlatScan(query, snapshot.schema().metric(), snapshot.sequence(), all, unneeded);
        scanMatchesHere(scan, matches, done);
        rowsScanned += scan.rowsScanned();
        float[] scores = all.scores();
        long[] rows = all.rows();
        for (int i = 0; i < rows.length; i++) {
            if (scores[i] <= top.bound() && !top.holds(rows[i])) {
                top.offer(scores[i], rows[i]);
            }
        }
    }

    private SearchPlan plan(
            IntUnaryOperator done, @Nullable RowMatcher[] matches, double selectivity) {
        List<Segment> segments = snapshot.segments();
        List<SearchPlan.Rows> unindexed = new ArrayList<>();
        Map<Codebook, List<IvfScan.Target>> indexed = new LinkedHashMap<>();
        for (int i = 0; i < matches.length; i++) {
            Segment segment = segments.get(i);
            int first = done.applyAsInt(i);
            PostingLists lists = params.isExact() || first > 0 ? null : segment.lists();
            if (lists != null && snapshot.rows(i) > 0) {
                // What is indexed is read before what is searched flat: nothing falls between.
                first = Math.min(lists.indexedRows(), snapshot.rows(i));
                indexed.computeIfAbsent(lists.codebook(), any -> new ArrayList<>())
                        .add(new IvfScan.Target(segment, lists, first, test(matches[i])));
            }
            unindexed.add(new SearchPlan.Rows(segment, first, snapshot.rows(i), matches[i]));
        }
        List<SearchPlan.Probe> probes = new ArrayList<>();
        double rowsMax =
                !filtered || params.nprobe() > 0
                        ? Double.POSITIVE_INFINITY
                        : Math.max(IN_VAIN_MIN, IN_VAIN * top.capacity() / selectivity);
        indexed.forEach(
                (codebook, targets) -> {
                    int nprobe = nprobe(codebook, neighbours(selectivity));
                    ListTurns turns =
                            shared == null
                                    ? null
                                    : new ListTurns(Math.min(nprobe, codebook.lists()));
                    probes.add(new SearchPlan.Probe(codebook, targets, nprobe, rowsMax, turns));
                });
        return new SearchPlan(unindexed, probes);
    }

    /** The share of all rows that so many are. */
    private double share(long rows) {
        return (double) rows / Math.max(1, snapshot.rowsStored());
    }

    private boolean isToBeScanned(long matches) {
        return params.isExact() || isScanCheaper(matches, share(matches));
    }

    /** Compares what reading all matches costs with what probing until enough are met does. */
    private boolean isScanCheaper(long matches, double selectivity) {
        IndexState index = snapshot.index();
        if (index == null || matches <= top.capacity()) {
            return true;
        }
        return matches * SCAN_NS < probeNanos(index, nprobe(index, selectivity));
    }

    /** How many lists the recall target asks for. */
    private int nprobe(IndexState index, double selectivity) {
        return index.model().nprobe(params.recallTarget(), neighbours(selectivity));
    }

    /** What probing so many posting lists of all segments costs. */
    private double probeNanos(IndexState index, int nprobe) {
        double entries = (double) nprobe / index.codebook().lists() * snapshot.rowsStored();
        return nprobe * PROBE_NS + entries * ENTRY_NS;
    }

    /** Rows that are nearer than the last match wanted. */
    private double neighbours(double selectivity) {
        return params.recallRowsOf(top.capacity()) / selectivity;
    }

    private static @Nullable IntPredicate test(@Nullable RowMatcher matches) {
        return matches == null ? null : matches::matches;
    }

    private long bind(Filter filter, @Nullable RowMatcher[] matches) {
        long found = 0;
        for (int i = 0; i < matches.length; i++) {
            RowMatcher bound =
                    filter.bind(snapshot.segments().get(i).rows().fields(), snapshot.rows(i));
            matches[i] = bound;
            found += bound.estimate();
        }
        return found;
    }

    private static long estimate(@Nullable RowMatcher[] matches) {
        long found = 0;
        for (RowMatcher bound : matches) {
            found += bound == null ? 0 : bound.estimate();
        }
        return found;
    }

    /**
     * Lists the matches, where they are few: a bit for each row answers from cache where the
     * columns themselves would be read from memory. Tells how many there are.
     */
    private long list(@Nullable RowMatcher[] matches) {
        if (listed) {
            return estimate(matches);
        }
        listed = true;
        long found = 0;
        for (int i = 0; i < matches.length; i++) {
            RowMatcher bound = matches[i];
            if (bound != null) {
                matches[i] = bound.listed();
                found += matches[i].estimate();
            }
        }
        return found;
    }

    /** Compares all matches: those on the device there, if that is faster, the others here. */
    private void scanMatches(
            @Nullable RowMatcher[] matches, long found, @Nullable DeviceScan device) {
        if (device == null || found == 0) {
            scanMatchesHere(flat, matches, NOTHING);
            return;
        }
        boolean listable = DeviceScan.isListable(found);
        try (PlannedSearch planned =
                listable
                        ? device.planFor(params, found)
                        : device.plan(params, device.hostNanos(found))) {
            boolean done =
                    planned.onDevice()
                            && (listable
                                    ? device.rerank(query, matches, top)
                                    : device.search(query, matches, true, top));
            onDevice = done && device.contributed();
            scanMatchesHere(flat, matches, done ? device::covered : NOTHING);
            if (unneeded.getAsBoolean()) {
                planned.abandon();
            }
        }
    }

    private void scanMatchesHere(
            FlatScan scan, @Nullable RowMatcher[] matches, IntUnaryOperator done) {
        for (int i = 0; i < matches.length; i++) {
            RowMatcher bound = matches[i];
            int first = done.applyAsInt(i);
            int rows = snapshot.rows(i);
            if (bound != null && !bound.none() && first < rows) {
                scan.scan(snapshot.segments().get(i), first, rows, bound.rows());
            }
        }
    }

    /** Rows that are in no posting list; few, so each is tested. */
    private void scanUnindexed(Segment segment, int first, int rows, @Nullable RowMatcher matches) {
        if (matches == null || first >= rows) {
            flat.scan(segment, first, rows, null);
            return;
        }
        BitSet tested = first == 0 ? matches.rows() : tested(first, rows, matches);
        flat.scan(segment, first, rows, tested);
    }

    private static BitSet tested(int first, int rows, RowMatcher matches) {
        BitSet tested = new BitSet(rows);
        for (int row = first; row < rows; row++) {
            tested.set(row, matches.matches(row));
        }
        return tested;
    }

    /** How many lists of a codebook the recall target asks for. */
    private int nprobe(Codebook codebook, double neighbours) {
        return params.nprobe() > 0
                ? params.nprobe()
                : snapshot.probeModel(codebook).nprobe(params.recallTarget(), neighbours);
    }

    private IvfScan probe(SearchPlan.Probe probe) {
        float epsilon = params.recallTarget() < TARGET_SAFE ? EPSILON_FAST : EPSILON_SAFE;
        IvfScan scan =
                new IvfScan(
                        query,
                        snapshot.schema().metric(),
                        snapshot.sequence(),
                        top,
                        IVF.get(),
                        unneeded);
        ListTurns turns = probe.turns();
        if (turns == null) {
            scan.scan(probe.codebook(), probe.targets(), probe.nprobe(), probe.rowsMax(), epsilon);
        } else {
            scan.scanTogether(probe.codebook(), probe.targets(), turns, epsilon);
        }
        return scan;
    }
}
