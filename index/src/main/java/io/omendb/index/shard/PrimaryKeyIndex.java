package io.omendb.index.shard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/**
 * From the 64-bit hash of an id to the location of its newest row: an open-addressing table of
 * (hash, location) pairs with linear probing. Two ids may share a hash: the caller verifies the id
 * of every location offered and the probe goes on.
 *
 * <p>Written by the task thread; read by query threads without locks. A location is written before
 * its hash is published, and a table is published only when complete. A deleted id keeps its entry,
 * which points to its dead row, until the next growth drops it.
 */
final class PrimaryKeyIndex {
    /** No such id. */
    static final long ABSENT = -1;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long EMPTY = 0;
    private static final int CAPACITY_MIN = 1024;

    /** Pairs end to end: hash, location. */
    private volatile long[] table = new long[2 * CAPACITY_MIN];

    /** The table that relocation is at work on. */
    private long[] relocated = table;

    private int used;

    /**
     * The location of the id with this hash whose location passes {@code isSame}, or {@link
     * #ABSENT}.
     */
    long find(long idHash, LongPredicate isSame) {
        long[] current = table;
        long hash = nonEmpty(idHash);
        for (int i = home(hash, current); ; i = next(i, current)) {
            long found = (long) LONGS.getAcquire(current, i);
            if (found == EMPTY) {
                return ABSENT;
            }
            if (found == hash) {
                long location = (long) LONGS.getAcquire(current, i + 1);
                if (isSame.test(location)) {
                    return location;
                }
            }
        }
    }

    /**
     * Sets the location of an id. Only the task thread calls this.
     *
     * @param previous the id's location now, or {@link #ABSENT}
     * @param isLive tells the locations worth keeping when the table grows
     */
    void put(long idHash, long previous, long location, LongPredicate isLive) {
        long[] current = table;
        long hash = nonEmpty(idHash);
        if (previous == ABSENT) {
            if (4L * (used + 1) > 3L * (current.length / 2)) {
                current = grow(current, isLive);
            }
            insert(current, hash, location);
            used++;
            return;
        }
        for (int i = home(hash, current); ; i = next(i, current)) {
            if (current[i] == hash && current[i + 1] == previous) {
                LONGS.setRelease(current, i + 1, location);
                return;
            }
            if (current[i] == EMPTY) {
                throw new IllegalStateException("primary key index lost a location");
            }
        }
    }

    /**
     * Replaces locations by where they lead now, for a stretch of the table.
     *
     * @param from where to start: 0, or what the last call returned
     * @param pairs how many pairs to look at
     * @param resolve maps a location to the present one; {@link #ABSENT} leaves it as it is
     * @return where to go on, 0 if the table was replaced meanwhile, -1 if the end was reached
     */
    int relocate(int from, int pairs, LongUnaryOperator resolve) {
        long[] current = table;
        if (from > 0 && relocated != current) {
            relocated = current;
            return 0;
        }
        relocated = current;
        int end = (int) Math.min(current.length, from + 2L * pairs);
        for (int i = from; i < end; i += 2) {
            if (current[i] != EMPTY) {
                long location = resolve.applyAsLong(current[i + 1]);
                if (location != ABSENT && location != current[i + 1]) {
                    LONGS.setRelease(current, i + 1, location);
                }
            }
        }
        return end == current.length ? -1 : end;
    }

    /** Heap bytes. */
    long bytes() {
        return (long) table.length * Long.BYTES;
    }

    private static void insert(long[] into, long hash, long location) {
        int i = home(hash, into);
        while (into[i] != EMPTY) {
            i = next(i, into);
        }
        into[i + 1] = location;
        LONGS.setRelease(into, i, hash);
    }

    private long[] grow(long[] current, LongPredicate isLive) {
        int live = 0;
        for (int i = 0; i < current.length; i += 2) {
            if (current[i] != EMPTY && isLive.test(current[i + 1])) {
                live++;
            }
        }
        int capacity = CAPACITY_MIN;
        while (capacity < 2L * (live + 1)) {
            capacity *= 2;
        }
        long[] grown = new long[2 * capacity];
        for (int i = 0; i < current.length; i += 2) {
            if (current[i] != EMPTY && isLive.test(current[i + 1])) {
                insert(grown, current[i], current[i + 1]);
            }
        }
        used = live;
        table = grown;
        return grown;
    }

    private static long nonEmpty(long hash) {
        return hash == EMPTY ? 1 : hash;
    }

    private static int home(long hash, long[] in) {
        int pairs = in.length / 2;
        return (int) ((hash ^ (hash >>> 32)) & (pairs - 1)) * 2;
    }

    private static int next(int i, long[] in) {
        return i + 2 == in.length ? 0 : i + 2;
    }
}
