package io.omendb.index.ivf;

import java.util.Arrays;

/**
 * The lists of a codebook from near to far, worked out only as far as they are asked for. Lists of
 * the nearest cells wait in a heap; when a share of them has been taken, the next cells' lists join
 * them. Reused by one thread for many queries.
 */
final class ProbeOrder {
    /** Lists ranked at first. */
    private static final int LISTS_FIRST = 1024;

    /** One in so many ranked lists is handed out before more cells are ranked. */
    private static final int SHARE = 16;

    private Codebook codebook;
    private float[] query = new float[0];
    private boolean innerProduct;
    private float queryNorm;
    private float[] scores = new float[0];
    private long[] cells = new long[0];
    private int cellsRanked;

    /** Binary heap of (score, list) from index 0 on. */
    private long[] heap = new long[LISTS_FIRST * 2];

    private int size;
    private int ranked;
    private int taken;
    private long current;

    /** Those handed out, in their order. */
    private long[] handed = new long[LISTS_FIRST / SHARE * 2];

    @SuppressWarnings("NullAway.Init") // start() sets the codebook before anything reads it
    ProbeOrder() {}

    /** Starts over for a query; it is read until the next start. */
    void start(Codebook book, float[] rotatedQuery, boolean innerProductScores) {
        codebook = book;
        query = rotatedQuery;
        innerProduct = innerProductScores;
        float squares = 0;
        for (int d = 0; d < book.dimension(); d++) {
            squares += rotatedQuery[d] * rotatedQuery[d];
        }
        queryNorm = innerProduct ? 0 : squares;
        if (scores.length < book.scoresSize()) {
            scores = new float[book.scoresSize()];
        }
        if (cells.length != book.cells()) {
            cells = new long[book.cells()];
        }
        book.cellScores(rotatedQuery, innerProduct, scores);
        for (int cell = 0; cell < cells.length; cell++) {
            cells[cell] = key(scores[cell], cell);
        }
        Arrays.sort(cells);
        cellsRanked = 0;
        size = 0;
        ranked = 0;
        taken = 0;
    }

    /** Moves to the next list. False when there is none left. */
    boolean next() {
        if (taken * SHARE >= ranked && cellsRanked < cells.length) {
            rankMore(Math.max(LISTS_FIRST, ranked));
        }
        if (size == 0) {
            return false;
        }
        current = heap[0];
        if (taken == handed.length) {
            handed = Arrays.copyOf(handed, taken * 2);
        }
        handed[taken++] = current;
        size--;
        if (size > 0) {
            siftDown(0, heap[size]);
        }
        return true;
    }

    /**
     * Moves to the list in a place, counted from 0 for the nearest, before or behind. False when
     * there are not so many.
     */
    boolean at(int place) {
        while (taken <= place) {
            if (!next()) {
                return false;
            }
        }
        current = handed[place];
        return true;
    }

    /** The list moved to. */
    int list() {
        return (int) current;
    }

    /** Its centroid's score: the squared distance, or the negated inner product. */
    float score() {
        int bits = (int) (current >> 32);
        float score = Float.intBitsToFloat(bits ^ (bits >> 31 & 0x7fffffff)) + queryNorm;
        return innerProduct ? score : Math.max(0, score);
    }

    private void rankMore(int lists) {
        int goal = ranked + lists;
        while (ranked < goal && cellsRanked < cells.length) {
            int cell = (int) cells[cellsRanked++];
            int lanes = codebook.lanesOf(cell);
            codebook.listScores(cell, query, innerProduct, scores);
            if (size + lanes > heap.length) {
                heap = Arrays.copyOf(heap, Math.max(heap.length * 2, size + lanes));
            }
            for (int lane = 0; lane < lanes; lane++) {
                int list = codebook.listAt(cell, lane);
                if (list >= 0) {
                    heap[size++] = key(scores[lane], list);
                    ranked++;
                }
            }
        }
        for (int i = size / 2 - 1; i >= 0; i--) {
            siftDown(i, heap[i]);
        }
    }

    private void siftDown(int hole, long value) {
        int i = hole;
        int child = 2 * i + 1;
        while (child < size) {
            if (child + 1 < size && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= value) {
                break;
            }
            heap[i] = heap[child];
            i = child;
            child = 2 * i + 1;
        }
        heap[i] = value;
    }

    private static long key(float score, int number) {
        int bits = Float.floatToIntBits(score);
        return (long) (bits ^ (bits >> 31 & 0x7fffffff)) << 32 | number;
    }
}
