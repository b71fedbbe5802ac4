package io.omendb.gateway.shards;

import java.util.concurrent.atomic.LongAdder;

/** Counts who works on searches of several shards. Safe for use by any thread. */
public final class SearchPlaces {
    private final LongAdder spread = new LongAdder();
    private final LongAdder others = new LongAdder();

    /**
     * How many there were since the start.
     *
     * @param spread an event loop took a shard's part, and had the others' done beside it
     * @param others one thread made it all, since no other was free, or other threads than event
     *     loops did
     */
    public record Counts(long spread, long others) {}

    void count(InlineSearches.Place place) {
        (place == InlineSearches.Place.SPREAD ? spread : others).increment();
    }

    public Counts counts() {
        return new Counts(spread.sum(), others.sum());
    }
}
