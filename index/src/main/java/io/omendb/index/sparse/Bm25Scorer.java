package io.omendb.index.sparse;

import io.omendb.index.sparse.PostingCursor.Bounds;
import io.omendb.index.sparse.TermStatistics.Totals;

/**
 * BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) with k1 = 1.2 and b =
 * 0.75, in the form and with the roundings of Lucene's BM25Similarity: no factor k1 + 1, and
 * lengths in a byte.
 */
final class Bm25Scorer implements TermScorer {
    private static final float K1 = 1.2f;
    private static final float B = 0.75f;
    private static final float[] LENGTHS = new float[256];

    static {
        for (int norm = 0; norm < LENGTHS.length; norm++) {
            LENGTHS[norm] = Norms.length((byte) norm);
        }
    }

    private final float idf;
    private final float weight;

    /** By norm, 1 / (k1 (1 - b + b length / mean length)). */
    private final float[] inverses;

    private Bm25Scorer(float idf, float weight, float[] inverses) {
        this.idf = idf;
        this.weight = weight;
        this.inverses = inverses;
    }

    /** By norm, the part that all terms of a field share. */
    static float[] inverses(Totals field) {
        float meanLength = (float) (field.terms() / (double) Math.max(1, field.documents()));
        float[] inverses = new float[LENGTHS.length];
        for (int norm = 0; norm < inverses.length; norm++) {
            inverses[norm] = 1f / (K1 * ((1 - B) + B * LENGTHS[norm] / meanLength));
        }
        return inverses;
    }

    /**
     * Of a term.
     *
     * @param rows rows that have it
     * @param boost how often the query has it
     */
    static Bm25Scorer of(Totals field, long rows, float boost, float[] inverses) {
        float idf = (float) Math.log(1 + (field.documents() - rows + 0.5) / (rows + 0.5));
        return new Bm25Scorer(idf, boost * idf, inverses);
    }

    float idf() {
        return idf;
    }

    @Override
    public float score(float frequency, byte norm) {
        return weight - weight / (1f + frequency * inverses[norm & 0xFF]);
    }

    @Override
    public float bound(Bounds bounds) {
        return Math.max(0, score(bounds.valueMax(), bounds.normMin()));
    }
}
