package io.omendb.index.column;

import java.util.BitSet;
import java.util.List;

/** A row holds one of some strings, or all strings of one of some sets. */
final class KeywordsMatcher extends CodesMatcher {
    private final KeywordsColumn column;
    private final BitSet single;
    private final List<BitSet> sets;

    /** The code wanted if there is only one and no set, else one that no row has. */
    private final int only;

    /**
     * A matcher.
     *
     * @param single codes of which one is enough
     * @param sets sets of codes of which a row needs every code
     */
    KeywordsMatcher(
            KeywordsColumn column, BitSet single, List<BitSet> sets, int estimate, int limit) {
        super(column.zones(), column.postings(), estimate, limit);
        this.column = column;
        this.single = single;
        this.sets = sets;
        boolean one = sets.isEmpty() && single.cardinality() == 1;
        this.only = one ? single.nextSetBit(0) : Integer.MIN_VALUE;
    }

    @Override
    public boolean matches(int row) {
        return matches(column.start(row), column.end(row));
    }

    /** Whether the codes of a row, which lie between two positions, are as wanted. */
    private boolean matches(int from, int to) {
        for (int i = from; i < to; i++) {
            int code = column.code(i);
            if (only >= 0 ? code == only : single.get(code)) {
                return true;
            }
        }
        for (int i = 0; i < sets.size(); i++) {
            if (holdsAll(sets.get(i), from, to)) {
                return true;
            }
        }
        return false;
    }

    @Override
    boolean mayMatch(int lowest, int highest) {
        if (meets(single, lowest, highest)) {
            return true;
        }
        for (BitSet set : sets) {
            if (set.nextSetBit(0) >= lowest && set.length() - 1 <= highest) {
                return true;
            }
        }
        return false;
    }

    /** Of a set the rows of its rarest code are looked at one by one. */
    @Override
    void look(Postings postings, BitSet into) {
        for (int code = single.nextSetBit(0); code >= 0; code = single.nextSetBit(code + 1)) {
            postings.addTo(into, code, limit());
        }
        for (BitSet set : sets) {
            BitSet candidates = new BitSet(limit());
            postings.addTo(candidates, rarest(set), limit());
            candidates.andNot(into);
            candidates.stream().filter(this::matches).forEach(into::set);
        }
    }

    @Override
    void scan(int from, int to, BitSet into) {
        int start = column.start(from);
        for (int row = from; row < to; row++) {
            int end = column.end(row);
            if (matches(start, end)) {
                into.set(row);
            }
            start = end;
        }
    }

    private int rarest(BitSet set) {
        int rarest = set.nextSetBit(0);
        for (int code = rarest; code >= 0; code = set.nextSetBit(code + 1)) {
            rarest = column.rowsWith(code) < column.rowsWith(rarest) ? code : rarest;
        }
        return rarest;
    }

    /** No row holds a code twice, so counting is enough. */
    private boolean holdsAll(BitSet set, int from, int to) {
        int missing = set.cardinality();
        for (int i = from; i < to && missing > 0; i++) {
            missing -= set.get(column.code(i)) ? 1 : 0;
        }
        return missing == 0;
    }
}
