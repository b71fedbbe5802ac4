package io.omendb.index.shard;

import io.omendb.OmenException;
import io.omendb.index.column.RowMatcher;
import io.omendb.index.device.Candidates;
import io.omendb.index.device.DeviceChoice;
import io.omendb.index.device.DeviceException;
import io.omendb.index.device.DeviceQuery;
import io.omendb.index.device.PlannedSearch;
import io.omendb.index.device.Ranking;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.device.SearchDevices;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.search.TopK;
import io.omendb.index.segment.Segment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The part of a search that a device beside the processor does: the segments that are resident
 * there, exactly. What it fails at is left to the processor. One search, one thread.
 */
final class DeviceScan {
    /** Up to so many matches of a filter are listed for the device; more go there as bitmaps. */
    private static final int LISTED_MAX = 32_768;

    /** Rows that the processor compares one by one because the device does not have them yet. */
    private static final int BEHIND_MAX = 8192;

    private static final float SQUARED_NORM_MIN = 1e-30f;

    private final SearchDevice device;
    private final ShardSnapshot snapshot;

    private final List<Segment> segments = new ArrayList<>();

    /** For each segment of the snapshot the rows, from the first on, that the device searches. */
    private final int[] covered;

    private int lastRows;
    private long rows;
    private @Nullable Ranking ranking;

    private DeviceScan(SearchDevice device, ShardSnapshot snapshot) {
        this.device = device;
        this.snapshot = snapshot;
        this.covered = new int[snapshot.segments().size()];
        for (int i = 0; i < covered.length; i++) {
            Segment segment = snapshot.segments().get(i);
            int held = snapshot.rows(i);
            if (held == 0) {
                continue;
            }
            int there = device.residentRows(segment);
            // A segment may have grown, and been sealed, since the snapshot was taken.
            boolean whole = segment.isFrozen() && held == segment.rowCount();
            if (whole && there < held) {
                admit(segment);
            }
            // Only the newest may be there in part; where it is far behind, its lists are better.
            boolean newest = i == covered.length - 1;
            if (whole ? there >= held : newest && there > 0 && held - there <= BEHIND_MAX) {
                covered[i] = Math.min(there, held);
                segments.add(segment);
                lastRows = covered[i];
                rows += covered[i];
            }
        }
    }

    /** Asks for a segment that left the device, or never got there, unless it is on its way out. */
    private void admit(Segment segment) {
        if (!segment.isRetired()) {
            device.admit(segment);
            if (segment.isRetired()) {
                device.release(segment);
            }
        }
    }

    /**
     * What could run on the device.
     *
     * @return null where nothing can, or nothing may
     * @throws OmenException INVALID if the device is asked for and there is none
     */
    static @Nullable DeviceScan of(
            ShardSnapshot snapshot, SearchParams params, float[] query, int k) {
        if (params.device() == DeviceChoice.CPU) {
            return null;
        }
        SearchDevice device = snapshot.device();
        if (device == null) {
            if (params.device() == DeviceChoice.GPU) {
                String absence = SearchDevices.absence();
                throw OmenException.invalid(
                        "params.device: found \"gpu\", but there is none here: "
                                + (absence.isEmpty() ? "this shard does not use it" : absence));
            }
            return null;
        }
        float norm = Kernels.active().dot(query, 0, query, 0, query.length);
        // Where squares leave the range of floats, bounds tell nothing.
        boolean usable = norm == 0 || norm >= SQUARED_NORM_MIN && Float.isFinite(norm);
        if (!usable || !device.supports(snapshot.schema().dimension(), k)) {
            return null;
        }
        DeviceScan scan = new DeviceScan(device, snapshot);
        return scan.segments.isEmpty() ? null : scan;
    }

    /** Rows of the i-th segment, from the first on, that are searched on the device. */
    int covered(int i) {
        return covered[i];
    }

    /** Rows stored in the segments that are on the device. */
    long rows() {
        return rows;
    }

    /**
     * Where all rows are to be compared.
     *
     * @param hostNanos estimate of what the processor needs for those on the device
     */
    PlannedSearch plan(SearchParams params, double hostNanos) {
        return params.device() == DeviceChoice.GPU
                ? PlannedSearch.forced()
                : device.planner().scan(rows, dimension(), hostNanos);
    }

    /** Where so many matches of a filter are to be compared. */
    PlannedSearch planFor(SearchParams params, long matches) {
        return params.device() == DeviceChoice.GPU
                ? PlannedSearch.forced()
                : device.planner().rerank(matches, dimension());
    }

    /** Estimate of comparing so many rows that lie end to end on the processor. */
    double hostNanos(long compared) {
        return device.planner().hostNanos(compared, dimension());
    }

    private int dimension() {
        return snapshot.schema().dimension();
    }

    /**
     * Searches, and puts the device's rows among the others.
     *
     * @return false if the device could not answer, so that the processor has to
     */
    boolean search(float[] query, @Nullable RowMatcher[] matches, boolean filtered, TopK top) {
        List<BitSet> bits = null;
        if (filtered) {
            bits = new ArrayList<>(segments.size());
            for (int i = 0; i < covered.length; i++) {
                RowMatcher bound = matches[i];
                if (covered[i] > 0 && bound != null) {
                    bits.add(bound.rows());
                }
            }
        }
        DeviceQuery asked =
                new DeviceQuery(
                        query,
                        snapshot.schema().metric(),
                        top.capacity(),
                        snapshot.sequence(),
                        segments,
                        lastRows,
                        bits);
        try {
            offer(device.search(asked).await(), top);
        } catch (DeviceException e) {
            // The device itself counts and logs why.
            return false;
        }
        return true;
    }

    /** Whether so many matches may be listed. */
    static boolean isListable(long matches) {
        return matches <= LISTED_MAX;
    }

    /**
     * Compares the matches of a filter that few rows pass.
     *
     * @return false if the device could not
     */
    boolean rerank(float[] query, @Nullable RowMatcher[] matches, TopK top) {
        int[][] listed = new int[segments.size()][];
        int next = 0;
        int count = 0;
        for (int i = 0; i < covered.length; i++) {
            RowMatcher bound = matches[i];
            if (covered[i] > 0) {
                Segment segment = segments.get(next);
                listed[next] =
                        bound == null || bound.none()
                                ? new int[0]
                                : live(segment, bound.rows(), covered[i]);
                count += listed[next++].length;
            }
        }
        if (count == 0) {
            return true;
        }
        try {
            offer(
                    device.reranker()
                            .rerank(
                                    query,
                                    snapshot.schema().metric(),
                                    top.capacity(),
                                    new Candidates(segments, listed)),
                    top);
            return true;
        } catch (DeviceException e) {
            return false;
        }
    }

    private int[] live(Segment segment, BitSet rows, int limit) {
        IntPredicate visible =
                row -> row < limit && !segment.tombstones().isDead(row, snapshot.sequence());
        return rows.stream().filter(visible).toArray();
    }

    private void offer(Ranking found, TopK top) {
        ranking = found;
        for (int i = 0; i < found.size(); i++) {
            Segment segment = segments.get(found.segments()[i]);
            top.offer(found.scores()[i], (long) segment.slot() << 32 | found.rows()[i]);
        }
    }

    /** Whether the device found anything. */
    boolean contributed() {
        return ranking != null;
    }
}
