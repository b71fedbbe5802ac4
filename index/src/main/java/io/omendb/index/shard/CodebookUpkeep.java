package io.omendb.index.shard;

import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.CodebookSplit;
import io.omendb.index.ivf.CodebookTrainer;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.ivf.Rotation;
import io.omendb.index.segment.Segment;
import io.omendb.schema.Metric;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a shard's codebook fit for its rows: trains it, splits lists that grow too long, brings
 * rows to the one in use, and measures how many lists a recall takes. Each method is a step that
 * does what there is to do, and says whether there was something. Used by the shard's maintenance;
 * other threads may ask {@link #isSucceeding} and {@link #memoryBytes}.
 */
final class CodebookUpkeep {
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

    /** The probe model is measured again when the shard has grown by this factor. */
    private static final int MODEL_GROWTH = 4;

    /** By this one while it is small, when measuring costs next to nothing. */
    private static final int MODEL_GROWTH_SMALL = 2;

    private static final int SMALL_ROWS = 1 << 17;

    /** It is also measured again when the shard has shrunk by this factor. */
    private static final double MODEL_SHRINKAGE = 1.12;

    private final Shard shard;
    private final ShardOptions options;
    private final IndexBuilds builds;

    /**
     * Rows when lists were last looked at for splitting. Only the running task uses it, as it does
     * all that follows.
     */
    private long rowsAtSplit;

    private int splits;

    /** Sequence numbers of the shard when lists were looked at, and so on. */
    private long writesAtSplit;

    private long writesAtMeasurement;
    private long writesAtTraining;

    /** Of the codebook in use when it was new; 0 where that is not known yet. */
    private double skewAtTraining;

    private boolean outdated;

    /** What brings the shard to its next codebook; null while there is none. */
    private volatile @Nullable Succession succession;

    CodebookUpkeep(Shard shard, ShardOptions options, IndexBuilds builds) {
        this.shard = shard;
        this.options = options;
        this.builds = builds;
    }

    /** Trains the first codebook, or the next. */
    boolean train() {
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

    /** Goes on bringing the rows to the next codebook. */
    boolean succeed() {
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

    /** Brings a segment that has lists of another codebook, or none, to the one in use. */
    boolean reencode() {
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
    boolean split() {
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

    /** Learns how many lists a recall takes, where that may have changed. */
    boolean measure() {
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

    /** The codebook in use; null while there is none. */
    @Nullable Codebook codebook() {
        IndexState index = shard.snapshot().index();
        return index == null ? null : index.codebook();
    }
}
