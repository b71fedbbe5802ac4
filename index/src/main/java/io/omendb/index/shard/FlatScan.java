package io.omendb.index.shard;

import io.omendb.index.file.ReadAhead;
import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.index.search.TopK;
import io.omendb.index.segment.Segment;
import io.omendb.index.segment.Tombstones;
import io.omendb.index.segment.VectorCursor;
import io.omendb.schema.Metric;
import java.util.BitSet;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Exact search: compares the query with every visible row. One query, one thread. */
final class FlatScan {
    /** Matches whose memory is asked for together. */
    private static final int AHEAD = 16;

    /** Rows compared, a fraction of a millisecond, before it is asked whether to go on. */
    private static final int RUN_MAX = 1 << 12;

    private final float[] query;
    private final int dimension;
    private final boolean squaredL2;
    private final long sequence;
    private final BooleanSupplier unneeded;
    private final TopK top;
    private final DistanceKernel kernel = Kernels.active();
    private long rowsScanned;
    private int touched;

    /** A scan that always comes to its end. */
    FlatScan(float[] query, Metric metric, long sequence, TopK top) {
        this(query, metric, sequence, top, () -> false);
    }

    /**
     * A scan for one query.
     *
     * @param query components, of unit length under the cosine metric
     * @param sequence rows that died later are still visible
     * @param top collects the best rows as {@code slot << 32 | row}
     * @param unneeded asked every few thousand rows; once it says so, the rest is left
     */
    FlatScan(float[] query, Metric metric, long sequence, TopK top, BooleanSupplier unneeded) {
        this.unneeded = unneeded;
        this.query = query;
        this.dimension = query.length;
        this.squaredL2 = metric == Metric.L2;
        this.sequence = sequence;
        this.top = top;
    }

    long rowsScanned() {
        return rowsScanned;
    }

    /** Scans the first rows of a segment, only those of the filter where there is one. */
    void scan(Segment segment, int rows, @Nullable BitSet filter) {
        scan(segment, 0, rows, filter);
    }

    /** Scans the rows of a segment from {@code first} to {@code rows}, exclusive. */
    void scan(Segment segment, int first, int rows, @Nullable BitSet filter) {
        if (first >= rows) {
            return;
        }
        if (filter == null) {
            scanAll(segment, first, rows);
        } else {
            scanMatches(segment, first, rows, filter);
        }
    }

    private void scanAll(Segment segment, int first, int rows) {
        VectorCursor cursor = segment.vectors().cursor();
        Tombstones tombstones = segment.tombstones();
        long base = (long) segment.slot() << 32;
        for (int row = first; row < rows && !unneeded.getAsBoolean(); ) {
            int run = cursor.seek(row, Math.min(rows, row + RUN_MAX));
            scanRun(cursor, tombstones, row, run, base);
            row += run;
        }
        rowsScanned += rows - first;
    }

    private void scanRun(VectorCursor cursor, Tombstones tombstones, int row, int run, long base) {
        float[] array = cursor.array();
        int offset = cursor.offset();
        float bound = top.bound();
        for (int i = 0; i < run; i++) {
            float score = score(array, offset + i * dimension);
            // Most rows are too far to enter, so a tombstone is looked up only for the few that
            // would.
            if (score <= bound && !tombstones.isDead(row + i, sequence)) {
                top.offer(score, base | (row + i));
                bound = top.bound();
            }
        }
    }

    /** Matches lie apart: memory is asked for some of them at once, ahead of their comparison. */
    private void scanMatches(Segment segment, int first, int rows, BitSet filter) {
        VectorCursor cursor = segment.vectors().cursor();
        Tombstones tombstones = segment.tombstones();
        long base = (long) segment.slot() << 32;
        int[] ahead = new int[AHEAD];
        ReadAhead rowsAhead = new ReadAhead(AHEAD);
        int row = filter.nextSetBit(first);
        for (int round = 0; row >= 0 && row < rows; round++) {
            if (round % (RUN_MAX / AHEAD) == 0 && unneeded.getAsBoolean()) {
                return;
            }
            int n = 0;
            for (; n < AHEAD && row >= 0 && row < rows; row = filter.nextSetBit(row + 1)) {
                if (!tombstones.isDead(row, sequence)) {
                    segment.vectors().ahead(row, rowsAhead);
                    ahead[n++] = row;
                }
            }
            rowsAhead.read();
            for (int i = 0; i < n; i++) {
                cursor.seek(ahead[i], ahead[i] + 1);
                top.offer(score(cursor.array(), cursor.offset()), base | ahead[i]);
            }
            rowsScanned += n;
        }
        touched += rowsAhead.touched();
    }

    /** What reading ahead left behind: of no meaning, but kept from being optimized away. */
    int touched() {
        return touched;
    }

    private float score(float[] array, int offset) {
        return squaredL2
                ? kernel.squaredL2(query, 0, array, offset, dimension)
                : -kernel.dot(query, 0, array, offset, dimension);
    }
}
