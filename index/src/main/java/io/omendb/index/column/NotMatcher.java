package io.omendb.index.column;

import java.util.BitSet;

/** The part, which is not trivial, does not hold. */
final class NotMatcher extends RowMatcher {
    private final RowMatcher part;

    NotMatcher(RowMatcher part, int limit) {
        super(limit);
        this.part = part;
    }

    @Override
    public boolean matches(int row) {
        return !part.matches(row);
    }

    @Override
    int estimateRows() {
        return limit() - part.estimate();
    }

    @Override
    public BitSet rows() {
        BitSet rows = part.rows();
        rows.flip(0, limit());
        return rows;
    }
}
