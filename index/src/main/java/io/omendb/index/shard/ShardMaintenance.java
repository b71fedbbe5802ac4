package io.omendb.index.shard;

import io.omendb.index.background.Pace;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.CodebookSplit;
import io.omendb.index.ivf.CodebookTrainer;
import io.omendb.index.ivf.GrowingLists;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.ivf.Rotation;
import io.omendb.index.segment.Segment;
import io.omendb.index.sparse.SegmentPostings;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What makes a shard better without anyone waiting for it: packs the lists of frozen segments,
 * writes them to disk, trains codebooks, brings older segments to the newest, splits lists that
 * grow too long, measures how many lists a recall takes, and merges segments. One step at a time,
 * the most urgent first, on the environment's executor; a shard has at most one task there.
 */
final class ShardMaintenance {
    private static final Logger LOG = LoggerFactory.getLogger(ShardMaintenance.class);

    private static final int FAN_OUT = 4;
    private static final int TIER_ROWS = 1 << 13;
    private static final int MERGED_ROWS_MAX = 1 << 22;
    private static final double DEAD_SHARE = 0.3;

    /**
     * A merge keeps a file that has at least this part of the shard's rows. With files so small a
     * checkpoint of that many new rows is not uploaded again, and files stay this few.
     */
    private static final int PARTS_MAX = 256;

    private static final double SPLIT_GROWTH = 1.25;

    /** Lists are looked at for splitting, too, when one in so many rows was written since. */
    private static final int SPLIT_WRITES = 4;

    /** The probe model is measured again, too, when this many times the rows were written since. */
    private static final int MODEL_WRITES = 2;

    /**
     * A codebook is trained anew when finding a row's list takes so many times as many comparisons
     * as when it was trained: then the rows are elsewhere now, and splits alone are no help.
     */
    private static final double SKEW = 2;

    /** Rounds of splitting, each of which halves the longest lists, before the shard must grow. */
    private static final int SPLITS_MAX = 6;

    /** Pairs of the primary-key index relocated while the shard's lock is held once. */
    private static final int RELOCATED_PAIRS = 4096;

    /** The probe model is measured again when the shard has grown by this factor. */
    private static final int MODEL_GROWTH = 4;

    /** By this one while it is small, when measuring costs next to nothing. */
    private static final int MODEL_GROWTH_SMALL = 2;

    private static final int SMALL_ROWS = 1 << 17;

    /** It is also measured again when the shard has shrunk by this factor. */
    private static final double MODEL_SHRINKAGE = 1.12;

    /** Segments waiting for the disk from which background work no longer makes way. */
    private static final int UNSTORED_MANY = 2;

    /** Rows without posting lists, all of which every search reads, from which it does not. */
    private static final int UNLISTED_MANY = 20_000;

    /** Work after which other shards that share the thread have their turn. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Shard shard;
    private final ShardOptions options;
    private final ShardEnvironment environment;
    private final IndexBuilds builds;
    private final MergePolicy merges =
            new MergePolicy(FAN_OUT, TIER_ROWS, MERGED_ROWS_MAX, DEAD_SHARE);

    /** Requests not yet looked at; whoever raises it from 0 runs. */
    private final AtomicInteger requests = new AtomicInteger();

    /** Rows when lists were last looked at for splitting. Only the running task uses it. */
    private long rowsAtSplit;

    private int splits;

    /** Sequence numbers of the shard when lists were looked at, and so on. As above. */
    private long writesAtSplit;

    private long writesAtMeasurement;
    private long writesAtTraining;

    /** Of the codebook in use when it was new; 0 where that is not known yet. */
    private double skewAtTraining;

    private boolean outdated;

    /** What brings the shard to its next codebook; null while there is none. */
    private volatile @Nullable Succession succession;

    private final List<Integer> forwarding = new ArrayList<>();
    private volatile boolean closed;

    ShardMaintenance(Shard shard, ShardOptions options, ShardEnvironment environment) {
        this.shard = shard;
        this.options = options;
        this.environment = environment;
        this.builds = new IndexBuilds(environment.device());
    }

    /** Has the shard looked at soon. */
    void schedule() {
        if (!closed && requests.getAndIncrement() == 0) {
            submit();
        }
    }

    private void submit() {
        try {
            environment.background().execute(this::run);
        } catch (RejectedExecutionException e) {
            // The owner is closing.
            requests.set(0);
        }
    }

    /** Whether nothing is asked for that was not looked at. */
    boolean isIdle() {
        return requests.get() == 0;
    }

    void close() {
        closed = true;
    }

    private void run() {
        long start = System.nanoTime();
        int seen;
        do {
            seen = requests.get();
            try {
                while (!closed && pacedStep()) {
                    if (System.nanoTime() - start > SLICE_NANOS) {
                        // Shards of other collections may wait for this thread.
                        submit();
                        return;
                    }
                }
            } catch (RuntimeException e) {
                // Everything stays searchable as it is; the next write that asks tries again.
                LOG.error("maintenance of {} failed", shard.schema().name(), e);
            } catch (Error e) {
                // This thread may end of it; the next write that asks is to find another.
                requests.set(0);
                LOG.error("maintenance of {} failed", shard.schema().name(), e);
                throw e;
            }
        } while (!requests.compareAndSet(seen, 0));
    }

    private boolean pacedStep() {
        Pace pace = environment.pace();
        if (pace == null || isBehind()) {
            return step();
        }
        try (Pace.Scope scope = pace.enter()) {
            return step();
        }
    }

    /** Whether searches or the writer suffer more from work not done than from doing it. */
    private boolean isBehind() {
        int unstored = 0;
        int unlisted = 0;
        Codebook codebook = codebook();
        for (Segment segment : shard.frozenSegments()) {
            unstored += segment.isStored() ? 0 : 1;
            unlisted += codebook != null && segment.lists() == null ? segment.rowCount() : 0;
        }
        return environment.directory() != null && unstored > UNSTORED_MANY
                || unlisted > UNLISTED_MANY;
    }

    /** Does the most urgent thing. False if there was nothing to do. */
    private boolean step() {
        return done("pack", this::pack)
                || done("store", this::store)
                || done("reencode", this::reencode)
                || done("train", this::train)
                || done("succeed", this::succeed)
                || done("split", this::split)
                || done("measure", this::measure)
                || done("merge", this::merge)
                || done("relocate", this::relocate);
    }

    private boolean done(String name, BooleanSupplier step) {
        long start = System.nanoTime();
        boolean done = step.getAsBoolean();
        if (done && LOG.isDebugEnabled()) {
            long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            LOG.debug("{}: {} took {} ms", shard.schema().name(), name, ms);
        }
        return done;
    }

    private boolean pack() {
        for (Segment segment : shard.frozenSegments()) {
            if (segment.indexFields()) {
                return true;
            }
            if (segment.postings().isGrowing()) {
                SegmentPostings unused = segment.packedPostings();
                return true;
            }
            if (segment.lists() instanceof GrowingLists growing) {
                segment.index(ListsBuilder.pack(growing));
                return true;
            }
        }
        return false;
    }

    private boolean store() {
        if (environment.directory() == null) {
            return false;
        }
        for (Segment segment : shard.frozenSegments()) {
            if (!segment.isStored() && !segment.isUnwanted()) {
                segment.store(environment.directory());
                return true;
            }
        }
        return false;
    }

    private boolean train() {
        if (succession != null || !(shard.isTrainingDue() || outdated)) {
            return false;
        }
        ShardSnapshot snapshot = shard.snapshot();
        IndexState before = snapshot.index();
        Rotation known =
                before == null
                        ? new Rotation(shard.schema().dimension(), shard.schema().name().hashCode())
                        : before.codebook().rotation();
        // Inner products are not of distances: they count from zero.
        Rotation rotation =
                shard.schema().metric() == Metric.DOT
                        ? known
                        : TrainingSample.rotation(snapshot, known);
        TrainingSample sample = TrainingSample.of(snapshot, rotation);
        Codebook codebook =
                builds.run(
                        rotation.paddedDimension(),
                        sample.rows(),
                        builder ->
                                CodebookTrainer.train(
                                        builder,
                                        before == null ? 1 : before.codebook().version() + 1,
                                        (int) snapshot.rowsStored(),
                                        rotation,
                                        sample.vectors(),
                                        sample.rows(),
                                        sample.lists(),
                                        snapshot.sequence()));
        outdated = false;
        skewAtTraining = 0;
        writesAtTraining = snapshot.sequence();
        writesAtMeasurement = snapshot.sequence();
        if (before == null) {
            // Until it is in use all rows are compared with each query: nothing could be worse.
            shard.use(IndexState.first(codebook));
        } else {
            succession = new Succession(shard, codebook, this::reencoded, true);
        }
        return true;
    }

    private boolean succeed() {
        Succession current = succession;
        if (current == null) {
            return false;
        }
        if (current.step()) {
            succession = null;
        }
        return true;
    }

    /** Whether the rows are being brought to another codebook. */
    boolean isSucceeding() {
        return succession != null;
    }

    /** Heap bytes of what is not in use yet. */
    long memoryBytes() {
        Succession current = succession;
        return current == null ? 0 : current.bytes();
    }

    private boolean reencode() {
        Codebook codebook = codebook();
        if (codebook == null) {
            return false;
        }
        for (Segment segment : shard.frozenSegments()) {
            PostingLists lists = segment.lists();
            if (lists == null || lists.codebook() != codebook) {
                segment.index(reencoded(segment, codebook));
                return true;
            }
        }
        return false;
    }

    private PackedLists reencoded(Segment segment, Codebook codebook) {
        PostingLists lists = segment.lists();
        ListsBuilder.VectorSource vectors = (row, into) -> segment.vectors().read(row, 1, into, 0);
        if (lists instanceof PackedLists packed) {
            BitSet changed = codebook.changedSince(packed.codebook());
            if (changed != null) {
                return ListsBuilder.respread(packed, codebook, changed, vectors);
            }
        }
        return builds.run(
                codebook.dimension(),
                segment.rowCount(),
                builder -> ListsBuilder.encode(builder, codebook, segment.rowCount(), vectors));
    }

    /**
     * Splits lists that drift has made too long, each time the shard has grown by a quarter, or a
     * quarter of it was written again: a collection may stay as large as it is while all that is in
     * it is replaced.
     */
    private boolean split() {
        ShardSnapshot snapshot = shard.snapshot();
        IndexState index = snapshot.index();
        if (index == null) {
            return false;
        }
        long rows = snapshot.rowsStored();
        long writes = snapshot.sequence();
        if (rows < SPLIT_GROWTH * Math.max(rowsAtSplit, index.codebook().trainedRows())
                && writes - writesAtSplit < Math.max(rows, options.trainRows()) / SPLIT_WRITES) {
            return false;
        }
        OversizedLists oversized = OversizedLists.of(shard.frozenSegments(), index.codebook());
        if (oversized.lists().isEmpty() || ++splits > SPLITS_MAX) {
            // Rows at one and the same place cannot be told apart by any number of splits.
            rowsAtSplit = rows;
            writesAtSplit = writes + (splits > SPLITS_MAX ? rows : 0);
            splits = 0;
            lookAtSkew(oversized.skew(), writes - writesAtTraining >= rows);
            return true;
        }
        Codebook halved =
                CodebookSplit.split(
                        index.codebook(), oversized.lists(), oversized, snapshot.sequence());
        succession = new Succession(shard, halved, this::reencoded, false);
        return true;
    }

    /**
     * Sees whether the cells of the codebook still part the rows.
     *
     * @param rewritten whether as much was written since it was trained as there is
     */
    private void lookAtSkew(double skew, boolean rewritten) {
        if (skewAtTraining == 0) {
            skewAtTraining = skew;
        } else if (rewritten && skew >= SKEW * skewAtTraining) {
            outdated = true;
        }
    }

    private boolean measure() {
        ShardSnapshot snapshot = shard.snapshot();
        IndexState index = snapshot.index();
        if (index == null) {
            return false;
        }
        long live = snapshot.rowsLiveNow();
        if (live == 0) {
            // Nothing can be measured: the same would be tried again and again.
            return false;
        }
        int growth = live < SMALL_ROWS ? MODEL_GROWTH_SMALL : MODEL_GROWTH;
        boolean grown = live >= growth * index.model().rows();
        // The same neighbours lie in more lists when rows between them are gone.
        boolean shrunk = live * MODEL_SHRINKAGE < index.model().rows();
        boolean better = snapshot.queries().isBetterThan(index.model().queries());
        boolean rewritten =
                snapshot.sequence() - writesAtMeasurement
                        >= MODEL_WRITES * Math.max(live, options.trainRows());
        if (!grown && !shrunk && !better && !rewritten) {
            return false;
        }
        writesAtMeasurement = snapshot.sequence();
        shard.use(index.withModel(ProbeMeasurement.run(snapshot, index.codebook())));
        return true;
    }

    private boolean merge() {
        List<Segment> inputs = merges.pick(shard.frozenSegments());
        if (inputs.isEmpty()) {
            return false;
        }
        Codebook codebook = codebook();
        for (Segment input : inputs) {
            if (codebook != null
                    && (input.lists() == null || input.lists().codebook() != codebook)) {
                return false;
            }
        }
        List<Segment> pinned = new ArrayList<>();
        try {
            for (Segment input : inputs) {
                if (!input.pinFiles()) {
                    return false; // the shard is closing
                }
                pinned.add(input);
            }
            merge(List.copyOf(inputs), codebook);
        } finally {
            pinned.forEach(Segment::unpinFiles);
        }
        return true;
    }

    private void merge(List<Segment> inputs, @Nullable Codebook codebook) {
        ShardSnapshot snapshot = shard.snapshot();
        SegmentMerge merge =
                SegmentMerge.run(inputs, shard.nextSlot(), snapshot.sequence(), codebook);
        if (environment.directory() == null) {
            merge.merged().materialize();
        } else if (merge.merged().rowCount() > 0) {
            int partRows = (int) (snapshot.rowsLiveNow() / PARTS_MAX);
            merge.merged()
                    .storeMerged(environment.directory(), Math.max(options.partRows(), partRows));
        }
        shard.install(merge);
        inputs.forEach(Segment::discardFiles);
        inputs.forEach(input -> forwarding.add(input.slot()));
    }

    private boolean relocate() {
        if (forwarding.isEmpty()) {
            return false;
        }
        List<Integer> slots = List.copyOf(forwarding);
        int from = 0;
        do {
            from = shard.relocate(from, RELOCATED_PAIRS);
        } while (from >= 0 && !closed);
        slots.forEach(shard::forgetSlot);
        forwarding.removeAll(slots);
        return true;
    }

    private @Nullable Codebook codebook() {
        IndexState index = shard.snapshot().index();
        return index == null ? null : index.codebook();
    }
}
