package io.omendb.index.filter;

import io.omendb.index.column.RowMatcher;
import java.util.BitSet;

/** The part does not hold. */
final class NotMatcher extends RowMatcher {
    private final RowMatcher part;

    NotMatcher(RowMatcher part, int rows) {
        super(rows);
        this.part = part;
    }

    @Override
    public boolean matches(int row) {
        return !part.matches(row);
    }

    @Override
    public int estimate() {
        return rowCount() - part.estimate();
    }

    @Override
    public BitSet rows() {
        BitSet matches = part.rows();
        matches.flip(0, rowCount());
        return matches;
    }
}
