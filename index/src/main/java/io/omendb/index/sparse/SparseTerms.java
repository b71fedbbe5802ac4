package io.omendb.index.sparse;

import io.omendb.record.SparseVector;
import java.util.Map;
import java.util.TreeMap;

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

    /** The vector of a row that has one. */
    static SparseVector vector(FieldPostings postings, int row) {
        // Terms come in the order of their digits, or in none.
        TreeMap<Integer, Float> entries = new TreeMap<>();
        postings.forEachOf(row, (term, value) -> entries.put(Integer.parseInt(term), value));
        int[] indices = new int[entries.size()];
        float[] values = new float[entries.size()];
        int at = 0;
        for (Map.Entry<Integer, Float> entry : entries.entrySet()) {
            indices[at] = entry.getKey();
            values[at++] = entry.getValue();
        }
        return new SparseVector(indices, values);
    }
}
