package io.omendb.index.shard;

import io.omendb.index.background.Pace;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.GrowingLists;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.segment.Segment;
import io.omendb.index.sparse.SegmentPostings;
import java.util.ArrayList;
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

    /** Pairs of the primary-key index relocated while the shard's lock is held once. */
    private static final int RELOCATED_PAIRS = 4096;

    /** Segments waiting for the disk from which background work no longer makes way. */
    private static final int UNSTORED_MANY = 2;

    /** Rows without posting lists, all of which every search reads, from which it does not. */
    private static final int UNLISTED_MANY = 20_000;

    /** Work after which other shards that share the thread have their turn. */
    private static final long SLICE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final Shard shard;
    private final ShardOptions options;
    private final ShardEnvironment environment;
    private final CodebookUpkeep codebooks;
    private final MergePolicy merges =
            new MergePolicy(FAN_OUT, TIER_ROWS, MERGED_ROWS_MAX, DEAD_SHARE);

    /** Requests not yet looked at; whoever raises it from 0 runs. */
    private final AtomicInteger requests = new AtomicInteger();

    private final List<Integer> forwarding = new ArrayList<>();
    private volatile boolean closed;

    ShardMaintenance(Shard shard, ShardOptions options, ShardEnvironment environment) {
        this.shard = shard;
        this.options = options;
        this.environment = environment;
        this.codebooks = new CodebookUpkeep(shard, options, new IndexBuilds(environment.device()));
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
                if (closed || Thread.currentThread().isInterrupted()) {
                    LOG.debug("maintenance of {} ended", shard.schema().name(), e);
                    requests.set(0);
                    return;
                }
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
        try (Pace.Scope scope = pace == null || isBehind() ? Pace.hurry() : pace.enter()) {
            return step();
        }
    }

    /** Whether searches or the writer suffer more from work not done than from doing it. */
    private boolean isBehind() {
        int unstored = 0;
        int unlisted = 0;
        Codebook codebook = codebooks.codebook();
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
                || done("reencode", codebooks::reencode)
                || done("train", codebooks::train)
                || done("succeed", codebooks::succeed)
                || done("split", codebooks::split)
                || done("measure", codebooks::measure)
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

    /** Whether the rows are being brought to another codebook. */
    boolean isSucceeding() {
        return codebooks.isSucceeding();
    }

    /** Heap bytes of what is not in use yet. */
    long memoryBytes() {
        return codebooks.memoryBytes();
    }

    private boolean merge() {
        List<Segment> inputs = merges.pick(shard.frozenSegments());
        if (inputs.isEmpty()) {
            return false;
        }
        Codebook codebook = codebooks.codebook();
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
}
