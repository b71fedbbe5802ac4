package io.omendb.index.shard;

import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.ProbeModel;
import io.omendb.index.segment.Segment;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Brings a shard to its next codebook: first all rows get posting lists of it beside those they
 * have, then all are swapped at once. Were each segment swapped as it is done, searches would rank
 * and probe the lists of both codebooks for as long as that takes, which costs them twice as much.
 * One step at a time, on the thread of the shard's maintenance.
 */
final class Succession {
    /**
     * Steps to catch up with the writer, each of which leaves a fraction of the rows, beside one
     * for each segment there was at first. A writer that is faster than this is not waited for.
     */
    private static final int STEPS_MORE = 24;

    private final Shard shard;
    private final SuccessorLists lists;
    private final BiFunction<Segment, Codebook, PackedLists> encoder;
    private final boolean measures;
    private @Nullable ProbeModel model;
    private int stepsLeft;
    private volatile long bytes;

    /**
     * Nothing done yet.
     *
     * @param encoder makes a frozen segment's lists
     * @param measures whether to learn how many lists a recall takes, before any search has to
     *     know; else as large a share as with the codebook before
     */
    Succession(
            Shard shard,
            Codebook codebook,
            BiFunction<Segment, Codebook, PackedLists> encoder,
            boolean measures) {
        this.shard = shard;
        this.lists = new SuccessorLists(codebook);
        this.encoder = encoder;
        this.measures = measures;
        this.stepsLeft = shard.frozenSegments().size() + STEPS_MORE;
    }

    /** Does the next step; says whether the codebook is in use. */
    boolean step() {
        if (stepsLeft-- <= 0) {
            // First the codebook: searches are to know how many of its lists to probe.
            shard.use(state());
            lists.installPacked(shard.frozenSegments());
            return true;
        }
        Segment missing = lists.missing(shard.frozenSegments());
        if (missing != null) {
            if (!lists.finish(missing)) {
                lists.put(missing, encoder.apply(missing, lists.codebook()));
            }
        } else if (measures && model == null) {
            model = ProbeMeasurement.run(shard.snapshot(), lists.codebook());
        } else if (lists.behind(newest()) > lists.rowsLocked()) {
            lists.catchUp(newest());
        } else {
            return shard.use(state(), lists);
        }
        bytes = lists.bytes();
        return false;
    }

    private Segment newest() {
        List<Segment> all = shard.snapshot().segments();
        return all.get(all.size() - 1);
    }

    private IndexState state() {
        IndexState before = shard.snapshot().index();
        if (before == null) {
            throw new IllegalStateException("there is no codebook to follow");
        }
        IndexState next = before.next(lists.codebook());
        return model == null ? next : next.withModel(model);
    }

    /** Heap bytes of what is made so far. */
    long bytes() {
        return bytes;
    }
}
