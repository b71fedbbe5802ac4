package io.omendb.index.shard;

import io.omendb.index.column.RowMatcher;
import java.util.BitSet;

/** Matches that were listed already. */
final class ListedMatcher extends RowMatcher {
    private final BitSet matches;

    ListedMatcher(BitSet matches, int rows) {
        super(rows);
        this.matches = matches;
    }

    @Override
    public boolean matches(int row) {
        return matches.get(row);
    }

    @Override
    public int estimate() {
        return matches.cardinality();
    }

    @Override
    public BitSet rows() {
        return (BitSet) matches.clone();
    }
}
