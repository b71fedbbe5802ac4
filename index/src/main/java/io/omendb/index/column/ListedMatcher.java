package io.omendb.index.column;

import java.util.BitSet;

/** A condition whose rows are known one by one. */
final class ListedMatcher extends RowMatcher {
    private final BitSet rows;

    ListedMatcher(BitSet rows, int limit) {
        super(limit);
        this.rows = rows;
    }

    @Override
    public boolean matches(int row) {
        return rows.get(row);
    }

    @Override
    int estimateRows() {
        return rows.cardinality();
    }

    @Override
    int listingCost() {
        return limit() / 256;
    }

    @Override
    public BitSet rows() {
        return (BitSet) rows.clone();
    }

    @Override
    public boolean none() {
        return rows.isEmpty();
    }
}
