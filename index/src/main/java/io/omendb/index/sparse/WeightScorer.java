package io.omendb.index.sparse;

import io.omendb.index.sparse.PostingCursor.Bounds;

/** One entry of an inner product of sparse vectors. */
record WeightScorer(float weight) implements TermScorer {

    @Override
    public float score(float value, byte norm) {
        return weight * value;
    }

    @Override
    public float bound(Bounds bounds) {
        return Math.max(0, weight * (weight > 0 ? bounds.valueMax() : bounds.valueMin()));
    }
}
