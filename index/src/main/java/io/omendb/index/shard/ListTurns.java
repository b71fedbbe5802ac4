package io.omendb.index.shard;

import io.omendb.index.search.TopK;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Shares the posting lists that a search probes among threads: each takes the nearest that nobody
 * has taken, and shows now and then which it is done with and what it found. So the work is divided
 * as the threads get ahead, and of a thread that loses its processor in the middle only what it had
 * not shown is to be done again. Lists go by their place, 0 for the nearest, which is the same for
 * all threads. Safe to use from any thread; parts are each one thread's.
 */
final class ListTurns {
    private final int lists;
    private final AtomicInteger next = new AtomicInteger();
    private final List<Part> parts = new CopyOnWriteArrayList<>();
    private volatile float bound = Float.POSITIVE_INFINITY;

    /**
     * None taken yet.
     *
     * @param lists how many to probe
     */
    ListTurns(int lists) {
        this.lists = lists;
    }

    int lists() {
        return lists;
    }

    /** A thread begins. */
    Part join() {
        Part part = new Part();
        parts.add(part);
        return part;
    }

    /** The nearest list that nobody has taken; {@link #lists} or more if there is none. */
    int take() {
        return next.getAndIncrement();
    }

    /** The best of the k-th best scores that threads have shown; infinite until one has k rows. */
    float bound() {
        return bound;
    }

    /** The nearest list that nobody is known to be done with, -1 if there is none. */
    int missing(Part own) {
        BitSet done = (BitSet) own.done.clone();
        for (Part part : parts) {
            done.or(part.found.done);
        }
        int first = done.nextClearBit(0);
        return first < lists ? first : -1;
    }

    /**
     * Adds what others have shown to what a thread has found.
     *
     * @return entries whose distance the others estimated
     */
    long collect(Part own, TopK top) {
        long estimated = 0;
        for (Part part : parts) {
            if (part != own) {
                Found found = part.found;
                estimated += found.estimated;
                for (int i = 0; i < found.rows.length; i++) {
                    // Both compare rows that are in no list, and maybe those of a list done twice.
                    if (found.scores[i] <= top.bound() && !top.holds(found.rows[i])) {
                        top.offer(found.scores[i], found.rows[i]);
                    }
                }
            }
        }
        return estimated;
    }

    /** Lists without a living row, as far as those who probed them have shown. */
    int gone(Part own, int ofOwn) {
        int gone = ofOwn;
        for (Part part : parts) {
            gone += part == own ? 0 : part.found.gone;
        }
        return gone;
    }

    /** What a thread shows the others; not changed any more. */
    private record Found(BitSet done, float[] scores, long[] rows, long estimated, int gone) {
        static final Found NOTHING = new Found(new BitSet(), new float[0], new long[0], 0, 0);
    }

    /** What one thread does. */
    final class Part {
        private final BitSet done = new BitSet();
        private volatile Found found = Found.NOTHING;

        private Part() {}

        /** It has probed a list. */
        void did(int list) {
            done.set(list);
        }

        /** Shows the others all that it has found, in all lists that it did. */
        void show(TopK top, long estimated, int gone) {
            found = new Found((BitSet) done.clone(), top.scores(), top.rows(), estimated, gone);
            // Two at once may leave the worse: it bounds less, and not wrongly.
            if (top.bound() < bound) {
                bound = top.bound();
            }
        }
    }
}
