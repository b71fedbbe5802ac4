package io.omendb.index.column;

import java.util.BitSet;

/** Every row or none. */
final class FixedMatcher extends RowMatcher {
    private final boolean every;

    FixedMatcher(boolean every, int limit) {
        super(limit);
        this.every = every;
    }

    @Override
    public boolean matches(int row) {
        return every;
    }

    @Override
    int estimateRows() {
        return every ? limit() : 0;
    }

    @Override
    public BitSet rows() {
        BitSet rows = new BitSet(limit());
        rows.set(0, every ? limit() : 0);
        return rows;
    }

    @Override
    public boolean none() {
        return !every || super.none();
    }

    @Override
    public boolean all() {
        return every || super.all();
    }
}
