package io.omendb.index.filter;

import io.omendb.index.column.RowMatcher;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** All parts hold. The rarest is asked first; the others only about its rows. */
final class AndMatcher extends RowMatcher {
    private final List<RowMatcher> rarestFirst;

    AndMatcher(List<RowMatcher> parts, int rows) {
        super(rows);
        this.rarestFirst =
                parts.size() < 2
                        ? parts
                        : parts.stream()
                                .sorted(Comparator.comparingInt(RowMatcher::estimate))
                                .collect(Collectors.toList());
    }

    @Override
    public boolean matches(int row) {
        for (int i = 0; i < rarestFirst.size(); i++) {
            if (!rarestFirst.get(i).matches(row)) {
                return false;
            }
        }
        return true;
    }

    /** As if the parts had nothing to do with each other. */
    @Override
    public int estimate() {
        double share = 1;
        for (RowMatcher part : rarestFirst) {
            share *= (double) part.estimate() / Math.max(1, rowCount());
        }
        return (int) Math.ceil(share * rowCount());
    }

    @Override
    public BitSet rows() {
        BitSet matches = new BitSet(rowCount());
        if (rarestFirst.isEmpty()) {
            matches.set(0, rowCount());
            return matches;
        }
        matches = rarestFirst.get(0).rows();
        for (int row = matches.nextSetBit(0); row >= 0; row = matches.nextSetBit(row + 1)) {
            if (!matches(row)) {
                matches.clear(row);
            }
        }
        return matches;
    }
}
