package io.omendb.index.column;

import java.util.BitSet;

/** A row's string is one of those wanted. */
final class KeywordMatcher extends CodesMatcher {
    private final IntColumn codes;
    private final BitSet wanted;

    /** The code wanted if there is only one, else one that no row has. */
    private final int only;

    KeywordMatcher(KeywordColumn column, BitSet wanted, int estimate, int limit) {
        super(column.zones(), column.postings(), estimate, limit);
        this.codes = column.codes();
        this.wanted = wanted;
        this.only = wanted.cardinality() == 1 ? wanted.nextSetBit(0) : Integer.MIN_VALUE;
    }

    @Override
    public boolean matches(int row) {
        int code = codes.get(row);
        return only >= 0 ? code == only : code >= 0 && wanted.get(code);
    }

    @Override
    boolean mayMatch(int lowest, int highest) {
        return meets(wanted, lowest, highest);
    }

    @Override
    void look(Postings postings, BitSet into) {
        for (int code = wanted.nextSetBit(0); code >= 0; code = wanted.nextSetBit(code + 1)) {
            postings.addTo(into, code, limit());
        }
    }

    @Override
    void scan(int from, int to, BitSet into) {
        for (int row = from; row < to; row++) {
            if (matches(row)) {
                into.set(row);
            }
        }
    }
}
