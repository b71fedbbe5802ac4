package io.omendb.index.filter;

import io.omendb.index.column.RowMatcher;
import java.util.BitSet;
import java.util.List;

/** At least one part holds. */
final class OrMatcher extends RowMatcher {
    private final List<RowMatcher> parts;

    OrMatcher(List<RowMatcher> parts, int rows) {
        super(rows);
        this.parts = parts;
    }

    @Override
    public boolean matches(int row) {
        for (int i = 0; i < parts.size(); i++) {
            if (parts.get(i).matches(row)) {
                return true;
            }
        }
        return false;
    }

    /** As if no row met two parts. */
    @Override
    public int estimate() {
        long sum = 0;
        for (RowMatcher part : parts) {
            sum += part.estimate();
        }
        return (int) Math.min(rowCount(), sum);
    }

    @Override
    public BitSet rows() {
        BitSet matches = new BitSet(rowCount());
        for (RowMatcher part : parts) {
            matches.or(part.rows());
        }
        return matches;
    }
}
