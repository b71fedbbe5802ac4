package io.omendb.index.sparse;

import io.omendb.index.sparse.PostingCursor.Bounds;

/** What one term of a query adds to the score of a row that has it. */
interface TermScorer {

    /**
     * The score.
     *
     * @param value frequency or weight in the row
     * @param norm the row's norm in the field
     */
    float score(float value, byte norm);

    /** What no score exceeds, and at least 0: what a row without the term has. */
    float bound(Bounds bounds);
}
