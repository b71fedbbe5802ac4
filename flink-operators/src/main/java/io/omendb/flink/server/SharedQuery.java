package io.omendb.flink.server;

import io.omendb.index.shard.SharedSearch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the threads that answer one query have in common, made by the first of them. Safe to use
 * from any thread.
 *
 * @param <V> what a query sees
 */
final class SharedQuery<V> {
    private final AtomicReference<@Nullable Seen<V>> seen = new AtomicReference<>();

    /**
     * What all of them see.
     *
     * @param view with the rows, how far sources were applied
     * @param search the search of those rows; null where there are none
     * @param startNanos when the first began
     */
    record Seen<V>(V view, @Nullable SharedSearch search, long startNanos) {}

    /** What the first thread saw; none waits for another, so more than one may look. */
    Seen<V> see(Supplier<Seen<V>> look) {
        Seen<V> known = seen.get();
        if (known != null) {
            return known;
        }
        Seen<V> own = look.get();
        Seen<V> first = seen.compareAndExchange(null, own);
        return first == null ? own : first;
    }
}
