package io.omendb.index.shard;

import java.util.Arrays;

/**
 * Candidates of a search that wait to be compared: a binary heap with the lowest bound on top, over
 * flat arrays. The nearer the rows that are compared first, the sooner the bound of the k-th best
 * falls, and those that it leaves behind need never be read. Not thread-safe.
 */
final class NearFirst {
    private float[] bounds = new float[128];
    private IvfScan.Target[] targets = new IvfScan.Target[128];
    private int[] rows = new int[128];
    private int size;

    int size() {
        return size;
    }

    /**
     * Adds a candidate.
     *
     * @param bound a score it is not below
     * @param target where its row is
     */
    void add(float bound, IvfScan.Target target, int row) {
        if (size == rows.length) {
            bounds = Arrays.copyOf(bounds, 2 * size);
            targets = Arrays.copyOf(targets, 2 * size);
            rows = Arrays.copyOf(rows, 2 * size);
        }
        int hole = size++;
        while (hole > 0 && bounds[(hole - 1) / 2] > bound) {
            move((hole - 1) / 2, hole);
            hole = (hole - 1) / 2;
        }
        put(hole, bound, target, row);
    }

    /** The lowest bound; infinite where nothing waits. */
    float bound() {
        return size == 0 ? Float.POSITIVE_INFINITY : bounds[0];
    }

    /** The target of the candidate with the lowest bound. */
    IvfScan.Target target() {
        return targets[0];
    }

    /** The row of the candidate with the lowest bound. */
    int row() {
        return rows[0];
    }

    /** Removes the candidate with the lowest bound. */
    void remove() {
        size--;
        if (size == 0) {
            return;
        }
        float bound = bounds[size];
        int hole = 0;
        int child = 1;
        while (child < size) {
            if (child + 1 < size && bounds[child + 1] < bounds[child]) {
                child++;
            }
            if (bounds[child] >= bound) {
                break;
            }
            move(child, hole);
            hole = child;
            child = 2 * hole + 1;
        }
        put(hole, bound, targets[size], rows[size]);
    }

    void clear() {
        size = 0;
    }

    private void move(int from, int to) {
        put(to, bounds[from], targets[from], rows[from]);
    }

    private void put(int at, float bound, IvfScan.Target target, int row) {
        bounds[at] = bound;
        targets[at] = target;
        rows[at] = row;
    }
}
