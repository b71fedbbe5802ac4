package io.omendb.protocol;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * The work of calls that a thread makes to shards of its process and is to do itself, in part or as
 * a whole. Used by that thread.
 */
public final class LocalWork {
    private final Deque<Runnable> offered = new ArrayDeque<>();
    private int toOffer;

    LocalWork(int toOffer) {
        this.toOffer = toOffer;
    }

    /**
     * Does a call's work, or has it offered to other threads first.
     *
     * @param here does it
     * @param offer offers it to other threads, and gives what does it here unless one of them has
     *     begun
     */
    public void take(Runnable here, Supplier<Runnable> offer) {
        if (toOffer == 0) {
            here.run();
            return;
        }
        toOffer--;
        offered.add(offer.get());
    }

    /** The last first: that is what others come to last. */
    void finish() {
        while (!offered.isEmpty()) {
            offered.removeLast().run();
        }
    }
}
