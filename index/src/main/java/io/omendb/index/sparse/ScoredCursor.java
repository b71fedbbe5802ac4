package io.omendb.index.sparse;

/** The rows of one term of a query in one segment, and what the term adds to their scores. */
record ScoredCursor(PostingCursor cursor, TermScorer scorer, FieldPostings field) {

    /** What the term adds to the present row. */
    float score() {
        return scorer.score(cursor.value(), field.norm(cursor.row()));
    }

    /** What it adds to no row. */
    float bound() {
        return scorer.bound(cursor.bounds());
    }

    float blockBound() {
        return scorer.bound(cursor.blockBounds());
    }
}
