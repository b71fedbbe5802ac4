package io.omendb.index.column;

import java.util.BitSet;
import java.util.List;

/** At least one part holds; at least two parts, none of them trivial. */
final class OrMatcher extends RowMatcher {
    private final RowMatcher[] parts;

    OrMatcher(List<RowMatcher> parts, int limit) {
        super(limit);
        this.parts = parts.toArray(RowMatcher[]::new);
    }

    @Override
    public boolean matches(int row) {
        for (RowMatcher part : parts) {
            if (part.matches(row)) {
                return true;
            }
        }
        return false;
    }

    @Override
    int estimateRows() {
        long rows = 0;
        for (RowMatcher part : parts) {
            rows += part.estimate();
        }
        return (int) Math.min(limit(), rows);
    }

    @Override
    public BitSet rows() {
        BitSet rows = parts[0].rows();
        for (int i = 1; i < parts.length; i++) {
            rows.or(parts[i].rows());
        }
        return rows;
    }
}
