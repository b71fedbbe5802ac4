package io.omendb.index.shard;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Some of the latest queries, to measure probe counts with: real queries are often farther from the
 * rows than rows are from each other. Any thread may use it.
 */
final class QuerySample {
    private static final int SIZE = 64;
    private static final int ONE_IN = 8;

    private final AtomicReferenceArray<float[]> queries = new AtomicReferenceArray<>(SIZE);
    private final AtomicLong seen = new AtomicLong();
    private final Runnable onFull;

    /**
     * An empty sample.
     *
     * @param onFull called once, when there are enough queries to measure with
     */
    QuerySample(Runnable onFull) {
        this.onFull = onFull;
    }

    /** Takes notice of a query; keeps a copy of the first, and then of one in {@link #ONE_IN}. */
    void see(float[] query) {
        long number = seen.getAndIncrement();
        if (number < SIZE) {
            queries.set((int) number, query.clone());
        } else if (number % ONE_IN == 0) {
            queries.set((int) (number / ONE_IN % SIZE), query.clone());
        }
        if (number + 1 == SIZE) {
            onFull.run();
        }
    }

    /** Whether there are enough to measure with. */
    boolean isFull() {
        return seen.get() >= SIZE;
    }

    List<float[]> queries() {
        List<float[]> present = new ArrayList<>();
        for (int i = 0; i < SIZE; i++) {
            float[] query = queries.get(i);
            if (query != null) {
                present.add(query);
            }
        }
        return present;
    }
}
