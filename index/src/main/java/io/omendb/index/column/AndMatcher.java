package io.omendb.index.column;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;

/** All parts hold; at least two parts, none of them trivial. */
final class AndMatcher extends RowMatcher {
    private final RowMatcher[] parts;

    AndMatcher(List<RowMatcher> parts, int limit) {
        super(limit);
        this.parts = parts.toArray(RowMatcher[]::new);
    }

    /** Adds a part: its own parts if it is an and, and ranges of one field as one. */
    static void collect(RowMatcher part, List<RowMatcher> into) {
        if (part instanceof AndMatcher and) {
            for (RowMatcher inner : and.parts) {
                collect(inner, into);
            }
            return;
        }
        if (part instanceof RangeMatcher range) {
            for (int i = 0; i < into.size(); i++) {
                if (into.get(i) instanceof RangeMatcher other && range.sameColumn(other)) {
                    into.set(i, range.intersect(other));
                    return;
                }
            }
        }
        into.add(part);
    }

    @Override
    public boolean matches(int row) {
        for (RowMatcher part : parts) {
            if (!part.matches(row)) {
                return false;
            }
        }
        return true;
    }

    @Override
    int estimateRows() {
        double rows = limit();
        for (RowMatcher part : parts) {
            rows *= (double) part.estimate() / limit();
        }
        return (int) Math.round(rows);
    }

    /** The rarest part is listed, the others strike rows out of the list. */
    @Override
    public BitSet rows() {
        RowMatcher[] rarestFirst = parts.clone();
        Arrays.sort(rarestFirst, Comparator.comparingInt(RowMatcher::estimate));
        BitSet rows = rarestFirst[0].rows();
        for (int i = 1; i < rarestFirst.length && !rows.isEmpty(); i++) {
            rarestFirst[i].retainIn(rows);
        }
        return rows;
    }
}
