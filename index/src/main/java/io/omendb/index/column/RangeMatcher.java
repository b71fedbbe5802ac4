package io.omendb.index.column;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A number lies in one of some intervals. */
final class RangeMatcher extends RowMatcher {
    /** Rows that are listed sooner than the bounds of all chunks are read. */
    private static final int LISTED_AT_ONCE = 4096;

    private final NumberColumn column;
    private final Intervals intervals;
    private final LongColumn values;

    /** Null where every row has a value. */
    private final @Nullable BitColumn present;

    /** Null where rows below the limit are not sorted. */
    private final @Nullable SortedRows sorted;

    private int @Nullable [] spans;
    private @Nullable RangeChunks chunks;

    RangeMatcher(NumberColumn column, Intervals intervals, int limit) {
        super(limit);
        this.column = column;
        this.intervals = intervals;
        this.values = column.values();
        this.present = column.present().zeros() == 0 ? null : column.present();
        SortedRows frozen = column.sorted();
        this.sorted = frozen != null && frozen.rows() >= limit ? frozen : null;
    }

    boolean sameColumn(RangeMatcher other) {
        return column == other.column;
    }

    /** Both hold. */
    RangeMatcher intersect(RangeMatcher other) {
        return new RangeMatcher(column, intervals.intersect(other.intervals), limit());
    }

    @Override
    public boolean matches(int row) {
        return intervals.contains(values.get(row)) && (present == null || present.get(row));
    }

    @Override
    int estimateRows() {
        return sorted == null
                ? chunks().estimate(this)
                : scaled(limit(), sorted.within(spans(sorted)), sorted.rows());
    }

    @Override
    public boolean none() {
        if (super.none() || intervals.size() == 0) {
            return true;
        }
        return sorted == null
                ? chunks().wholeRows() + chunks().openRows() == 0
                : sorted.within(spans(sorted)) == 0;
    }

    @Override
    public boolean all() {
        if (super.all()) {
            return true;
        }
        return sorted == null
                ? chunks().wholeRows() == limit()
                : sorted.within(spans(sorted)) == sorted.rows();
    }

    @Override
    public BitSet rows() {
        if (sorted == null) {
            return chunks().rows(this);
        }
        int within = sorted.within(spans(sorted));
        int listed = Math.min(within, sorted.size() - within);
        // Values that ascend with the rows, as timestamps do, leave next to no chunk open.
        if (listed > LISTED_AT_ONCE && listed > chunks().openRows()) {
            return chunks().rows(this);
        }
        BitSet rows;
        if (listed == within) {
            rows = new BitSet(limit());
            sorted.addWithin(spans(sorted), limit(), rows);
        } else {
            rows = column.present().setBelow(limit());
            sorted.removeBetween(spans(sorted), rows);
        }
        return rows;
    }

    private int[] spans(SortedRows of) {
        int[] found = spans;
        if (found == null) {
            found = of.spans(intervals);
            spans = found;
        }
        return found;
    }

    private RangeChunks chunks() {
        RangeChunks found = chunks;
        if (found == null) {
            found = RangeChunks.of(column.zones(), intervals, present == null, limit());
            chunks = found;
        }
        return found;
    }
}
