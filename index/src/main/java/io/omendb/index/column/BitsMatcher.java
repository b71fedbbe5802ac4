package io.omendb.index.column;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** A bit is set in one column and, if there is another, not in that: read 64 rows at a time. */
final class BitsMatcher extends RowMatcher {
    private final BitColumn set;
    private final @Nullable BitColumn unset;
    private final int estimate;

    private BitsMatcher(BitColumn set, @Nullable BitColumn unset, int estimate, int limit) {
        super(limit);
        this.set = set;
        this.unset = unset;
        this.estimate = estimate;
    }

    /**
     * A matcher.
     *
     * @param hits rows written so far that match, at least those below the limit
     * @param others rows written so far that do not, at least those below the limit
     */
    static RowMatcher of(
            BitColumn set, @Nullable BitColumn unset, int hits, int others, int limit) {
        if (hits == 0) {
            return noRow(limit);
        }
        if (others == 0) {
            return everyRow(limit);
        }
        return new BitsMatcher(set, unset, scaled(limit, hits, (long) hits + others), limit);
    }

    @Override
    public boolean matches(int row) {
        return set.get(row) && (unset == null || !unset.get(row));
    }

    @Override
    int estimateRows() {
        return estimate;
    }

    @Override
    int listingCost() {
        // Words are copied, 64 rows each.
        return limit() / 256;
    }

    @Override
    public BitSet rows() {
        BitSet rows = set.setBelow(limit());
        if (unset != null) {
            rows.andNot(unset.setBelow(limit()));
        }
        return rows;
    }
}
