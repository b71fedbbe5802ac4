package io.omendb.protocol;

/** A call's work that has been offered to other threads. Used by the thread that offered it. */
public interface Offered {

    /** Whether several threads may do it together. */
    boolean isShared();

    /** Takes part on the calling thread, whoever else does, until the call is answered. */
    void join();

    /**
     * Does it on the calling thread, unless another has begun.
     *
     * @return whether no other thread has; it is done then
     */
    boolean takeBack();

    /** When another thread began, as {@link System#nanoTime}; 0 where that cannot be told yet. */
    long begunNanos();

    /** Whether the call has been answered, or nobody waits for that any more. */
    boolean isOver();

    /** Does it on the calling thread although another is at it; the first answer counts. */
    void doAgain();
}
