package io.omendb.index.search;

import java.util.Arrays;

/**
 * The k best rows seen so far: a binary heap with the worst row on top, over flat arrays. Ties go
 * to the smaller row reference, so a result does not depend on the order of the scan. Not
 * thread-safe.
 */
public final class TopK {
    private final float[] scores;
    private final long[] rows;
    private final int k;
    private int size;

    public TopK(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("k: found " + k + ", expected at least 1");
        }
        this.k = k;
        this.scores = new float[k + 1];
        this.rows = new long[k + 1];
    }

    /** A score above this one cannot enter; positive infinity until k rows were seen. */
    public float bound() {
        return size < k ? Float.POSITIVE_INFINITY : scores[1];
    }

    /** How many rows it keeps at most. */
    public int capacity() {
        return k;
    }

    public int size() {
        return size;
    }

    /** Offers a row; keeps it if it is among the k best. NaN never enters. */
    public void offer(float score, long row) {
        if (size < k) {
            if (!Float.isNaN(score)) {
                size++;
                siftUp(size, score, row);
            }
        } else if (score < scores[1] || (score == scores[1] && row < rows[1])) {
            siftDown(1, score, row);
        }
    }

    /** Whether it keeps a row; looks at all. */
    public boolean holds(long row) {
        for (int i = 1; i <= size; i++) {
            if (rows[i] == row) {
                return true;
            }
        }
        return false;
    }

    /** The scores it keeps, in the order of {@link #rows()}. */
    public float[] scores() {
        return Arrays.copyOfRange(scores, 1, size + 1);
    }

    /** The rows it keeps, in no order. */
    public long[] rows() {
        return Arrays.copyOfRange(rows, 1, size + 1);
    }

    /** Empties the heap into arrays of {@link #size()} elements, best first. */
    public void drainAscending(float[] scoresInto, long[] rowsInto) {
        for (int i = size - 1; i >= 0; i--) {
            scoresInto[i] = scores[1];
            rowsInto[i] = rows[1];
            float lastScore = scores[size];
            long lastRow = rows[size];
            size--;
            if (size > 0) {
                siftDown(1, lastScore, lastRow);
            }
        }
    }

    private void siftUp(int hole, float score, long row) {
        int i = hole;
        while (i > 1 && worse(score, row, scores[i >> 1], rows[i >> 1])) {
            scores[i] = scores[i >> 1];
            rows[i] = rows[i >> 1];
            i >>= 1;
        }
        scores[i] = score;
        rows[i] = row;
    }

    private void siftDown(int hole, float score, long row) {
        int i = hole;
        int child = i << 1;
        while (child <= size) {
            if (child < size
                    && worse(scores[child + 1], rows[child + 1], scores[child], rows[child])) {
                child++;
            }
            if (!worse(scores[child], rows[child], score, row)) {
                break;
            }
            scores[i] = scores[child];
            rows[i] = rows[child];
            i = child;
            child = i << 1;
        }
        scores[i] = score;
        rows[i] = row;
    }

    private static boolean worse(float scoreA, long rowA, float scoreB, long rowB) {
        return scoreA > scoreB || (scoreA == scoreB && rowA > rowB);
    }
}
