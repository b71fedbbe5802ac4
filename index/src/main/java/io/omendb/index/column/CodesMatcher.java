package io.omendb.index.column;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Rows are picked by the codes that they hold. */
abstract class CodesMatcher extends RowMatcher {
    private final Zones zones;
    private final int estimate;

    /** Null where rows below the limit are not indexed. */
    private final @Nullable Postings postings;

    CodesMatcher(Zones zones, @Nullable Postings postings, int estimate, int limit) {
        super(limit);
        this.postings = postings != null && postings.rows() >= limit ? postings : null;
        this.zones = zones;
        this.estimate = estimate;
    }

    @Override
    final int estimateRows() {
        return estimate;
    }

    @Override
    public final BitSet rows() {
        BitSet rows = new BitSet(limit());
        if (postings != null) {
            look(postings, rows);
            return rows;
        }
        long[] bounds = zones.current();
        for (int chunk = 0; chunk < Chunks.holding(limit()); chunk++) {
            long lowest = Zones.lowest(bounds, chunk);
            long highest = Zones.highest(bounds, chunk);
            if (lowest <= highest && mayMatch((int) lowest, (int) highest)) {
                scan(Chunks.start(chunk), Chunks.end(chunk, limit()), rows);
            }
        }
        return rows;
    }

    /** Whether rows whose codes lie between two, both in, may match. */
    abstract boolean mayMatch(int lowest, int highest);

    /** Adds the rows that match, by the index. */
    abstract void look(Postings postings, BitSet into);

    /** Adds the rows that match, from one up to but not including another. */
    abstract void scan(int from, int to, BitSet into);

    /** Whether a set of codes has one between two, both in. */
    static boolean meets(BitSet codes, int lowest, int highest) {
        int first = codes.nextSetBit(lowest);
        return first >= 0 && first <= highest;
    }
}
