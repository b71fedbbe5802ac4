package io.omendb.index.sparse;

/** The indices of sparse vectors as terms: in decimal, so that a file of them can be read. */
final class SparseTerms {
    private static final String[] SMALL = new String[1 << 15];

    static {
        for (int i = 0; i < SMALL.length; i++) {
            SMALL[i] = Integer.toString(i);
        }
    }

    private SparseTerms() {}

    /** Vocabularies of learned sparse models have some 30,000 entries. */
    static String of(int index) {
        return index < SMALL.length ? SMALL[index] : Integer.toString(index);
    }
}
