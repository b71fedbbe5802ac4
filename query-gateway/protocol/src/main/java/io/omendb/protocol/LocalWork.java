package io.omendb.protocol;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The work of calls that a thread makes to shards of its process and is to do itself, in part or as
 * a whole. Used by that thread.
 *
 * <p>A thread that was offered a part may lose its processor in the middle of it, to whatever else
 * the machine has to do, for much longer than the part takes. So once the calling thread has done
 * its own it takes part in the others. Where a part cannot be shared it watches, and does again
 * what takes longer than it should.
 */
public final class LocalWork {
    private static final LongAdder REPEATED = new LongAdder();

    private final Deque<Offered> offered = new ArrayDeque<>();
    private final long usualNanos;
    private int toOffer;
    private long ownNanos;

    LocalWork(int toOffer, long usualNanos) {
        this.toOffer = toOffer;
        this.usualNanos = usualNanos;
    }

    /**
     * Does a call's work, or has it offered to other threads first.
     *
     * @param here does it
     * @param offer offers it to other threads
     */
    public void take(Runnable here, Supplier<Offered> offer) {
        if (toOffer == 0) {
            long start = System.nanoTime();
            here.run();
            ownNanos += System.nanoTime() - start;
            return;
        }
        toOffer--;
        offered.add(offer.get());
    }

    /** The last first: that is what others come to last. */
    void finish() {
        List<Offered> begun = new ArrayList<>();
        while (!offered.isEmpty()) {
            Offered last = offered.removeLast();
            if (last.isShared()) {
                last.join();
            } else if (!last.takeBack()) {
                begun.add(last);
            }
        }
        for (Offered work : begun) {
            watch(work);
        }
    }

    private void watch(Offered work) {
        long begun = work.begunNanos();
        long since = begun == 0 ? System.nanoTime() : begun;
        while (!work.isOver()) {
            if (System.nanoTime() - since > patience()) {
                REPEATED.increment();
                work.doAgain();
                return;
            }
            Thread.onSpinWait();
        }
    }

    /** A fifth more than it should take, whether the parts are alike or not. */
    private long patience() {
        long expected = Math.max(ownNanos, usualNanos - ownNanos);
        return expected + expected / 5;
    }

    /** Parts that were done again, in this process. */
    static long repeated() {
        return REPEATED.sum();
    }
}
