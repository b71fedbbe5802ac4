package io.omendb.index.shard;

import io.omendb.OmenException;
import io.omendb.schema.CollectionSchema;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Some of the latest queries, to measure probe counts with: real queries are often farther from the
 * rows than rows are from each other. One that is there already is not taken again: a client that
 * asks the same all the time would speak for all others. Any thread may use it.
 */
final class QuerySample {
    private static final int SIZE = 256;

    /** With so many one can begin. */
    private static final int ENOUGH = 64;

    /** Once the sample is full, or many queries came, one in so many is looked at. */
    private static final int ONE_IN = 8;

    private static final long MANY = 4L * SIZE;

    /** What was measured is worth measuring again when so many times as many were taken. */
    private static final int GROWTH = 4;

    private final AtomicReferenceArray<float[]> queries = new AtomicReferenceArray<>(SIZE);
    private final AtomicIntegerArray hashes = new AtomicIntegerArray(SIZE);
    private final AtomicLong seen = new AtomicLong();
    private final AtomicLong taken = new AtomicLong();
    private final Runnable onMore;

    /**
     * An empty sample.
     *
     * @param onMore called when there are enough queries to measure with, and each time there were
     *     twice as many
     */
    QuerySample(Runnable onMore) {
        this.onMore = onMore;
    }

    /**
     * Takes notice of a query; may keep a copy, in the form that kernels compare.
     *
     * @throws OmenException INVALID for one that does not fit the collection
     */
    void see(float[] query, CollectionSchema schema) {
        long number = seen.getAndIncrement();
        if ((taken.get() >= SIZE || number >= MANY) && number % ONE_IN != 0) {
            return;
        }
        float[] prepared = VectorRules.prepare(schema, query, "vector");
        int hash = Arrays.hashCode(prepared);
        if (holds(hash)) {
            return;
        }
        long before = taken.getAndIncrement();
        int place = (int) (before % SIZE);
        hashes.set(place, hash);
        queries.set(place, prepared == query ? query.clone() : prepared);
        if (before + 1 >= ENOUGH && Long.bitCount(before + 1) == 1) {
            onMore.run();
        }
    }

    private boolean holds(int hash) {
        for (int i = 0; i < SIZE; i++) {
            if (hashes.get(i) == hash && queries.get(i) != null) {
                return true;
            }
        }
        return false;
    }

    /** How many different ones were taken so far; 0 while they are too few to measure with. */
    int taken() {
        long count = taken.get();
        return count < ENOUGH ? 0 : (int) Math.min(count, Integer.MAX_VALUE);
    }

    /** Whether it is worth measuring again what was measured after so many; 0 for none. */
    boolean isBetterThan(int measured) {
        int now = taken();
        return now > 0 && (measured == 0 || now / GROWTH >= measured);
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
