package io.omendb.gateway.operations;

import io.omendb.gateway.collections.KnownCollections;
import io.omendb.gateway.shards.Shards;
import org.jspecify.annotations.Nullable;

/** Whether a gateway can answer searches. Never waits; safe for use by any thread. */
public final class Readiness {
    private final KnownCollections collections;
    private final Shards shards;

    public Readiness(KnownCollections collections, Shards shards) {
        this.collections = collections;
        this.shards = shards;
    }

    /** What keeps it from answering now, in words; null where nothing does. */
    public @Nullable String problem() {
        if (!collections.areReachable()) {
            return "Not ready: " + collections.problem();
        }
        return shards.areComplete() ? null : "Not ready: " + shards.known() + ".";
    }
}
