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
    private static final int SIZE = 256;

    /** With so many one can begin. */
    private static final int ENOUGH = 64;

    private static final int ONE_IN = 8;

    private final AtomicReferenceArray<float[]> queries = new AtomicReferenceArray<>(SIZE);
    private final AtomicLong seen = new AtomicLong();
    private final Runnable onMore;

    /**
     * An empty sample.
     *
     * @param onMore called when there are enough queries to measure with, and when there are as
     *     many as there will ever be
     */
    QuerySample(Runnable onMore) {
        this.onMore = onMore;
    }

    /** Takes notice of a query; keeps a copy of the first, and then of one in {@link #ONE_IN}. */
    void see(float[] query) {
        long number = seen.getAndIncrement();
        if (number < SIZE) {
            queries.set((int) number, query.clone());
        } else if (number % ONE_IN == 0) {
            queries.set((int) (number / ONE_IN % SIZE), query.clone());
        }
        if (number + 1 == ENOUGH || number + 1 == SIZE) {
            onMore.run();
        }
    }

    /** How many there are to measure with; 0 while there are too few. */
    int size() {
        long number = seen.get();
        return number < ENOUGH ? 0 : (int) Math.min(number, SIZE);
    }

    /** Whether it is worth measuring again what was measured with so many; 0 for none. */
    boolean isBetterThan(int measured) {
        int size = size();
        return size > 0 && (measured == 0 || (size == SIZE && measured < SIZE));
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
