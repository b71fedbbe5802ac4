package io.omendb.index.shard;

import io.omendb.index.background.Pace;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.GrowingLists;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.segment.Segment;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Posting lists that all segments of a shard have of a codebook not yet in use: packed ones of the
 * frozen segments, growing ones of the mutable segment, which are behind it until the shard's lock
 * is held. Made by one thread.
 */
final class SuccessorLists {
    private static final int ROWS_LOCKED_MAX = 512;
    private static final int ROWS_LOCKED_MIN = 16;

    /** Up to which it is the most. */
    private static final int ROWS_LOCKED_DIMENSION = 128;

    private final Codebook codebook;
    private final Map<Segment, PackedLists> packed = new IdentityHashMap<>();
    private @Nullable Segment mutable;
    private GrowingLists growing;
    private int rows;

    SuccessorLists(Codebook codebook) {
        this.codebook = codebook;
        this.growing = new GrowingLists(codebook);
    }

    Codebook codebook() {
        return codebook;
    }

    /** Rows of the mutable segment that may be left to do while writes wait, for a millisecond. */
    int rowsLocked() {
        return Math.max(ROWS_LOCKED_MIN, ROWS_LOCKED_MAX * ROWS_LOCKED_DIMENSION / components());
    }

    private int components() {
        return Math.max(ROWS_LOCKED_DIMENSION, codebook.dimension());
    }

    /** The first segment without lists; null if all have some. */
    @Nullable Segment missing(List<Segment> frozen) {
        for (Segment segment : frozen) {
            if (!packed.containsKey(segment)) {
                return segment;
            }
        }
        return null;
    }

    void put(Segment segment, PackedLists lists) {
        packed.put(segment, lists);
    }

    /** How many rows the mutable segment has that the lists do not. */
    int behind(Segment newest) {
        return newest.rowCount() - (newest == mutable ? rows : 0);
    }

    /** Adds the rows that the mutable segment has by now. */
    void catchUp(Segment newest) {
        if (newest != mutable) {
            if (mutable != null) {
                finish(mutable);
            }
            mutable = newest;
            growing = new GrowingLists(codebook);
            rows = 0;
        }
        add(newest, true);
    }

    /**
     * Completes what was made for a segment while it grew, now that it is frozen.
     *
     * @return false if there is nothing
     */
    boolean finish(Segment frozen) {
        if (frozen != mutable || packed.containsKey(frozen)) {
            return false;
        }
        add(frozen, true);
        growing.flush();
        packed.put(frozen, ListsBuilder.pack(growing));
        return true;
    }

    private void add(Segment segment, boolean makingWay) {
        float[] vector = new float[codebook.rotation().dimension()];
        for (int end = segment.rowCount(); rows < end; rows++) {
            segment.vectors().read(rows, 1, vector, 0);
            growing.add(rows, vector, 0);
            if (makingWay) {
                Pace.step();
            }
        }
    }

    /**
     * Swaps the lists in, on behalf of whoever holds the shard's lock; nothing may be {@link
     * #missing}.
     */
    void install(List<Segment> frozen, Segment newest) {
        if (newest != mutable) {
            mutable = newest;
            growing = new GrowingLists(codebook);
            rows = 0;
        }
        add(newest, false);
        growing.flush();
        installPacked(frozen);
        newest.index(growing);
    }

    /** Swaps in those there are of frozen segments. */
    void installPacked(List<Segment> frozen) {
        for (Segment segment : frozen) {
            PackedLists lists = packed.get(segment);
            if (lists != null) {
                segment.index(lists);
            }
        }
    }

    /** Heap bytes, about. */
    long bytes() {
        return packed.values().stream().mapToLong(PackedLists::bytes).sum() + growing.bytes();
    }
}
