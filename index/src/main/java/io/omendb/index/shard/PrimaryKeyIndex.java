package io.omendb.index.shard;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongPredicate;
import java.util.function.LongUnaryOperator;

/**
 * From the 64-bit hash of an id to the location of its newest row: open-addressing tables of (hash,
 * location) pairs with linear probing. Two ids may share a hash: the caller verifies the id of
 * every location offered and the probe goes on. Hashes are spread over many small tables, each of
 * which grows for itself: one large table would make a writer wait, once in a while, for all of it.
 *
 * <p>Written by the task thread; read by query threads without locks. A location is written before
 * its hash is published, and a table is published only when complete. A deleted id keeps its entry,
 * which points to its dead row, until the next growth of its table drops it.
 */
final class PrimaryKeyIndex {
    /** No such id. */
    static final long ABSENT = -1;

    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);
    private static final long EMPTY = 0;
    private static final int TABLES_BITS = 8;
    private static final int TABLES = 1 << TABLES_BITS;
    private static final int CAPACITY_MIN = 8;

    /** Pairs end to end: hash, location. */
    private final AtomicReferenceArray<long[]> tables = new AtomicReferenceArray<>(TABLES);

    /** Pairs in use, of each table. */
    private final int[] used = new int[TABLES];

    private long bytes;

    PrimaryKeyIndex() {
        for (int t = 0; t < TABLES; t++) {
            set(t, new long[2 * CAPACITY_MIN]);
        }
    }

    /**
     * The location of the id with this hash whose location passes {@code isSame}, or {@link
     * #ABSENT}.
     */
    long find(long idHash, LongPredicate isSame) {
        long hash = nonEmpty(idHash);
        long[] current = tables.get(tableOf(hash));
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
     * @param isLive tells the locations worth keeping when a table grows
     */
    void put(long idHash, long previous, long location, LongPredicate isLive) {
        long hash = nonEmpty(idHash);
        int t = tableOf(hash);
        long[] current = tables.get(t);
        if (previous == ABSENT) {
            if (4L * (used[t] + 1) > 3L * (current.length / 2)) {
                current = grow(t, isLive);
            }
            insert(current, hash, location);
            used[t]++;
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
     * Replaces locations by where they lead now, in some of the tables.
     *
     * @param from where to start: 0, or what the last call returned
     * @param pairs about how many pairs to look at
     * @param resolve maps a location to the present one; {@link #ABSENT} leaves it as it is
     * @return where to go on, -1 if the end was reached
     */
    int relocate(int from, int pairs, LongUnaryOperator resolve) {
        int seen = 0;
        int t = from;
        while (t < TABLES && seen < pairs) {
            long[] current = tables.get(t++);
            seen += current.length / 2;
            for (int i = 0; i < current.length; i += 2) {
                if (current[i] != EMPTY) {
                    long location = resolve.applyAsLong(current[i + 1]);
                    if (location != ABSENT && location != current[i + 1]) {
                        LONGS.setRelease(current, i + 1, location);
                    }
                }
            }
        }
        return t == TABLES ? -1 : t;
    }

    /** Heap bytes. */
    long bytes() {
        return bytes;
    }

    private static void insert(long[] into, long hash, long location) {
        int i = home(hash, into);
        while (into[i] != EMPTY) {
            i = next(i, into);
        }
        into[i + 1] = location;
        LONGS.setRelease(into, i, hash);
    }

    private long[] grow(int t, LongPredicate isLive) {
        long[] current = tables.get(t);
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
        used[t] = live;
        set(t, grown);
        return grown;
    }

    private void set(int t, long[] table) {
        long[] before = tables.getAndSet(t, table);
        bytes += (long) (table.length - (before == null ? 0 : before.length)) * Long.BYTES;
    }

    private static long nonEmpty(long hash) {
        return hash == EMPTY ? 1 : hash;
    }

    /** By the highest bits; the place within the table is by the lowest. */
    private static int tableOf(long hash) {
        return (int) (hash >>> (Long.SIZE - TABLES_BITS));
    }

    private static int home(long hash, long[] in) {
        int pairs = in.length / 2;
        return (int) (hash & (pairs - 1)) * 2;
    }

    private static int next(int i, long[] in) {
        return i + 2 == in.length ? 0 : i + 2;
    }
}
