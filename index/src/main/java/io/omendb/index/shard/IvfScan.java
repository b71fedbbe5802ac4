package io.omendb.index.shard;

import io.omendb.index.file.ReadAhead;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.IvfQuery;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.search.TopK;
import io.omendb.index.segment.Segment;
import io.omendb.schema.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Approximate search over the segments that share a codebook: probes lists from near to far; of
 * their entries only those whose error bound lets them into the top k have their vectors read and
 * compared exactly. One query, one thread.
 */
final class IvfScan {
    private static final long[] NONE = new long[0];
    private static final int PENDING_MAX = 16;

    /** Entries that came into question, all dead, by which a list is taken for one of dead rows. */
    private static final int GONE_MIN = 8;

    /** Lists after which others are shown what is found, where that takes comparing first. */
    private static final int UNSHOWN_MAX = 8;

    private final float[] query;
    private final int dimension;
    private final Metric metric;
    private final long sequence;
    private final TopK top;
    private final IvfQuery ivf;
    private final BooleanSupplier unneeded;
    private final DistanceKernel kernel = Kernels.active();
    private final Target[] pendingTargets = new Target[PENDING_MAX];
    private final int[] pendingRows = new int[PENDING_MAX];
    private final float[] pendingBounds = new float[PENDING_MAX];
    private final ReadAhead rowsAhead = new ReadAhead(PENDING_MAX);
    private int pending;

    /** Keeps what was read ahead from being optimized away. */
    private int touched;

    /** Of a scan that several threads make; null for one by itself. */
    private @Nullable ListTurns turns;

    /** Of the list that {@link #scanOn} came to last, 0 for the nearest. */
    private int place = -1;

    private int listsProbed;

    /** Of those, without a row that is not dead; see {@link #probe}. */
    private int listsGone;

    /** Entries of the list being probed that came into question, and those of them not dead. */
    private int found;

    private int alive;

    /** Place of each list probed. */
    private int[] places = new int[64];

    /** Entries of each list probed that could have been among the best then. */
    private int[] candidates = new int[64];

    private long rowsEstimated;
    private long rowsCompared;

    /**
     * A scan.
     *
     * @param unneeded asked before each list; once it says so, the rest is left
     */
    IvfScan(
            float[] query,
            Metric metric,
            long sequence,
            TopK top,
            IvfQuery ivf,
            BooleanSupplier unneeded) {
        this.unneeded = unneeded;
        this.query = query;
        this.dimension = query.length;
        this.metric = metric;
        this.sequence = sequence;
        this.top = top;
        this.ivf = ivf;
    }

    /**
     * A segment to search.
     *
     * @param rows rows from here on are not in the answer, whatever the lists hold
     * @param matches rows that pass the filter; null for all
     */
    record Target(Segment segment, PostingLists lists, int rows, @Nullable IntPredicate matches) {}

    /** Entries whose distance was estimated; twice for those of lists that two threads did. */
    long rowsEstimated() {
        return rowsEstimated;
    }

    /** Rows whose vector was read. */
    long rowsCompared() {
        return rowsCompared;
    }

    /** What reading ahead left behind: of no meaning. */
    int touched() {
        return touched + rowsAhead.touched();
    }

    /** Lists probed. */
    int listsProbed() {
        return listsProbed;
    }

    /**
     * Probes lists until {@code nprobe} were and k rows are found. Lists without entries, or with
     * dead ones only, do not count: a codebook keeps those of regions whose rows have gone, where a
     * search would else end before it came to any row.
     *
     * @param rowsMax until so many rows were looked at in vain: fewer than k of them match
     * @param epsilon see {@link IvfQuery#start}
     */
    void scan(Codebook codebook, List<Target> targets, int nprobe, double rowsMax, float epsilon) {
        ivf.start(codebook, query, metric == Metric.DOT, epsilon);
        scanOn(targets, nprobe, rowsMax);
    }

    /** Goes on with a scan, until {@code nprobe} lists were probed in all. */
    void scanOn(List<Target> targets, int nprobe, double rowsMax) {
        while ((listsProbed - listsGone < nprobe || top.size() < top.capacity())
                && (rowsEstimated < rowsMax || top.size() == top.capacity())
                && !unneeded.getAsBoolean()
                && ivf.next()) {
            place++;
            if (hasEntries(targets)) {
                probe(targets, place);
            }
        }
        comparePending();
    }

    /** Whether there is anything in the list moved to. */
    private boolean hasEntries(List<Target> targets) {
        for (Target target : targets) {
            if (target.lists.size(ivf.list()) > 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Looks at how many rows, whether they pass the filter or not, are nearer than the last of the
     * answer so far: by estimates, in some of the lists probed.
     */
    NearRows nearRows(List<Target> targets) {
        int probed = listsProbed;
        float below = codeScore(bound());
        NearRows near = new NearRows(probed);
        for (int i = 0; i < probed; i++) {
            near.addCandidates(i, candidates[i]);
        }
        for (int i = 0; i < near.looks(); i++) {
            if (ivf.at(places[near.place(i)])) {
                ivf.probe();
                int nearer = 0;
                for (Target target : targets) {
                    nearer += ivf.nearer(target.lists, below);
                }
                near.add(i, nearer);
            }
        }
        return near;
    }

    /**
     * Probes lists together with whoever else does, until all that are shared were and k rows are
     * found. What others have taken and not shown yet is done here too, at last: they may have lost
     * their processor. Each thread has the whole answer in the end.
     *
     * @param epsilon see {@link IvfQuery#start}
     */
    void scanTogether(Codebook codebook, List<Target> targets, ListTurns shared, float epsilon) {
        turns = shared;
        ivf.start(codebook, query, metric == Metric.DOT, epsilon);
        ListTurns.Part part = shared.join();
        int unshown = 0;
        long comparedShown = 0;
        for (int turn = shared.take();
                turn < shared.lists() && !unneeded.getAsBoolean();
                turn = shared.take()) {
            probeAt(turn, targets);
            part.did(turn);
            boolean found = pending == 0 && rowsCompared > comparedShown;
            if (found || ++unshown == UNSHOWN_MAX) {
                comparePending();
                part.show(top, rowsEstimated, listsGone);
                comparedShown = rowsCompared;
                unshown = 0;
            }
        }
        comparePending();
        part.show(top, rowsEstimated, listsGone);
        for (int turn = shared.missing(part);
                turn >= 0 && !unneeded.getAsBoolean();
                turn = shared.missing(part)) {
            probeAt(turn, targets);
            comparePending();
            part.did(turn);
        }
        rowsEstimated += shared.collect(part, top);
        int withEntries = withEntries(shared.lists(), targets) - shared.gone(part, listsGone);
        for (int more = shared.lists();
                (withEntries < shared.lists() || top.size() < top.capacity())
                        && !unneeded.getAsBoolean()
                        && ivf.at(more);
                more++) {
            if (hasEntries(targets)) {
                int before = listsGone;
                probe(targets, more);
                withEntries += listsGone > before ? 0 : 1;
            }
        }
        comparePending();
    }

    /** How many of the nearest lists there is anything in. */
    private int withEntries(int nearest, List<Target> targets) {
        int count = 0;
        for (int i = 0; i < nearest; i++) {
            count += ivf.at(i) && hasEntries(targets) ? 1 : 0;
        }
        return count;
    }

    private void probeAt(int turn, List<Target> targets) {
        if (ivf.at(turn) && hasEntries(targets)) {
            probe(targets, turn);
        }
    }

    /** Probes the list moved to, which is in this place. */
    private void probe(List<Target> targets, int at) {
        for (Target target : targets) {
            touched += target.lists.touch(ivf.list());
        }
        ivf.probe();
        if (listsProbed == candidates.length) {
            candidates = Arrays.copyOf(candidates, 2 * listsProbed);
            places = Arrays.copyOf(places, 2 * listsProbed);
        }
        places[listsProbed] = at;
        candidates[listsProbed] = 0;
        listsProbed++;
        found = 0;
        alive = 0;
        int entries = 0;
        for (Target target : targets) {
            if (bound() == Float.POSITIVE_INFINITY) {
                comparePending();
                start(target);
            } else {
                scanList(target, NONE);
            }
            entries += target.lists.size(ivf.list());
        }
        // Of a few that come into question all may well be dead while others are not.
        if (alive == 0 && found > 0 && found >= Math.min(entries, GONE_MIN)) {
            listsGone++;
        }
        if (bound() == Float.POSITIVE_INFINITY) {
            comparePending();
        }
    }

    /** What a row must be better than: the k-th best of all threads, as far as they have shown. */
    private float bound() {
        float own = top.bound();
        return turns == null ? own : Math.min(own, turns.bound());
    }

    /**
     * Before there are k rows every entry would pass its bound: the best by estimate are compared
     * first, which brings the bound near to where it will end.
     */
    private void start(Target target) {
        int entries = ivf.estimates(target.lists);
        rowsEstimated += ivf.entries();
        candidates[listsProbed - 1] += entries;
        TopK best = new TopK(top.capacity());
        for (int i = 0; i < entries; i++) {
            if (ivf.bound(i) <= best.bound() && isVisible(target, ivf.row(i))) {
                best.offer(ivf.bound(i), ivf.row(i));
            }
        }
        int size = best.size();
        found += entries;
        alive += target.matches == null ? size : entries;
        long[] compared = new long[size];
        best.drainAscending(new float[size], compared);
        for (long row : compared) {
            defer(target, (int) row, Float.NEGATIVE_INFINITY);
        }
        comparePending();
        if (size == best.capacity()) {
            Arrays.sort(compared);
            rowsEstimated -= ivf.entries();
            candidates[listsProbed - 1] -= entries;
            scanList(target, compared);
        }
    }

    private void scanList(Target target, long[] except) {
        int inQuestion = ivf.candidates(target.lists, codeScore(bound()));
        rowsEstimated += ivf.entries();
        candidates[listsProbed - 1] += inQuestion;
        found += inQuestion;
        // Of a filter's rows nobody asks whether they are dead before they are known to match.
        alive += target.matches == null ? 0 : inQuestion;
        for (int i = 0; i < inQuestion; i++) {
            int row = ivf.row(i);
            if (isVisible(target, row)) {
                alive++;
                if (except.length == 0 || Arrays.binarySearch(except, row) < 0) {
                    defer(target, row, ivf.bound(i));
                }
            }
        }
    }

    /**
     * Puts a row aside until there are {@link #PENDING_MAX}. Vectors lie all over a file larger
     * than any cache; one after the other, each would wait for memory and the page table alone.
     */
    private void defer(Target target, int row, float bound) {
        if (pending == PENDING_MAX) {
            comparePending();
        }
        pendingTargets[pending] = target;
        pendingRows[pending] = row;
        pendingBounds[pending] = bound;
        pending++;
    }

    private void comparePending() {
        for (int i = 0; i < pending; i++) {
            pendingTargets[i].segment.vectors().ahead(pendingRows[i], rowsAhead);
        }
        rowsAhead.read();
        for (int i = 0; i < pending; i++) {
            if (pendingBounds[i] < codeScore(bound())) {
                compare(pendingTargets[i], pendingRows[i]);
            }
        }
        pending = 0;
    }

    private boolean isVisible(Target target, int row) {
        return row < target.rows
                && (target.matches == null || target.matches.test(row))
                && !target.segment.tombstones().isDead(row, sequence);
    }

    private void compare(Target target, int row) {
        rowsCompared++;
        float[] vector = ivf.vector(dimension);
        target.segment.vectors().read(row, 1, vector, 0);
        float score =
                metric == Metric.L2
                        ? kernel.squaredL2(query, 0, vector, 0, dimension)
                        : -kernel.dot(query, 0, vector, 0, dimension);
        top.offer(score, (long) target.segment.slot() << 32 | row);
    }

    /** From the score of the metric to the one that codes estimate. */
    private float codeScore(float score) {
        // On the unit sphere |x - q|² = 2 - 2 x·q.
        return metric == Metric.COSINE ? 2 + 2 * score : score;
    }
}
