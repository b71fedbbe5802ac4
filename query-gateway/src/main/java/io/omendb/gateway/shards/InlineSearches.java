package io.omendb.gateway.shards;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Which searches an event loop of the gateway makes itself, of shards that are in its process.
 *
 * <p>A search is spread over threads where that makes it faster: while processors are free. Of
 * several shards the loop then takes one, offers the others to query threads, and takes part in
 * those when it is done. Whoever hands over everything waits for threads that the machine may have
 * put in line behind each other on the same processor: with 5,000 rows a second coming in, that was
 * more than a third of all that searches waited for.
 *
 * <p>With no processor free it is made where it was read. Handing over then gains nothing, and
 * costs two handovers, for each of which the machine lets a thread wait for what others have left
 * of their time slices: with 64 clients on two processors these waits were most of the time that a
 * search took.
 *
 * <p>What a loop does makes its other connections wait, so it is for quick searches only: of a kind
 * that took little lately. Safe for use by any thread.
 */
final class InlineSearches {
    /** All shards together work for so long at most. */
    private static final long QUICK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    /** Kinds that share one are taken for the same kind. */
    private static final int SLOTS = 256;

    /** By this part of itself a median moves with each search. */
    private static final int OF_MEDIAN = 16;

    /** By so much at least: what was made of an empty collection is soon forgotten. */
    private static final long STEP_NANOS = QUICK_NANOS / 32;

    private final LoopTurns turns;
    private final int processors;

    /** Processors that loops, and what they have offered, take for searches. */
    private final AtomicInteger running = new AtomicInteger();

    /**
     * By kind, about the median of nanoseconds; 0 where none was made yet. A mean would say most
     * about the searches whose thread had to wait for a processor.
     */
    private final AtomicLongArray medians = new AtomicLongArray(SLOTS);

    InlineSearches(LoopTurns turns, int processors) {
        this.turns = turns;
        this.processors = processors;
    }

    /** Who works on a search. */
    enum Place {
        /** Other threads. */
        ELSEWHERE,
        /** The calling thread on one shard's part, and those threads. */
        SPREAD,
        /** The calling thread. */
        HERE
    }

    /**
     * Who is to work on a search that the calling thread has read.
     *
     * @param kind of searches that take about as long
     * @param shards that are asked, all of this process
     * @param handedOver searches that are with other threads now
     */
    Place place(String kind, int shards, int handedOver) {
        if (!turns.isTurn()) {
            return Place.ELSEWHERE;
        }
        long median = medians.get(slot(kind));
        if (median == 0 || median > QUICK_NANOS) {
            return Place.ELSEWHERE;
        }
        // A loop that is overloaded needs a processor for what it refuses.
        long busy = running.get() + (long) handedOver * shards + (turns.isOverloaded() ? 1 : 0);
        if (busy + weight(shards) > processors) {
            return Place.HERE;
        }
        // Others that are to be read in this turn wait for no more than one while threads are free.
        return turns.madeInTurn() > 0 ? Place.ELSEWHERE : Place.SPREAD;
    }

    private int weight(int shards) {
        return Math.min(shards, processors);
    }

    /**
     * Takes notice that the calling thread begins to search.
     *
     * @return processors that it takes, for {@link #end}
     */
    int begin(Place place, int shards) {
        int taken = place == Place.SPREAD ? weight(shards) : 1;
        running.addAndGet(taken);
        turns.searches();
        return taken;
    }

    void end(int taken) {
        running.addAndGet(-taken);
    }

    /** Nanoseconds that all shards together usually work on a search; 0 where none was made. */
    long usualNanos(String kind) {
        return medians.get(slot(kind));
    }

    /** Takes notice of what all shards together worked on a search. */
    void worked(String kind, long nanos) {
        int slot = slot(kind);
        long median = medians.get(slot);
        long step = Math.max(STEP_NANOS, median / OF_MEDIAN);
        // Of two at once one may be lost.
        medians.set(
                slot,
                median == 0
                        ? Math.max(1, nanos)
                        : Math.max(1, median + step * Long.signum(nanos - median)));
    }

    private static int slot(String kind) {
        return Math.floorMod(kind.hashCode(), SLOTS);
    }
}
