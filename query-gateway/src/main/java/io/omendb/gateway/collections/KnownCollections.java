package io.omendb.gateway.collections;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.catalogue.Catalogue;
import io.omendb.schema.CollectionDefinition;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Finds collections by name. Safe for use by any thread. */
public final class KnownCollections {
    private static final Duration CATCH_UP = Duration.ofSeconds(5);

    private final Catalogue catalogue;

    public KnownCollections(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** The collections that exist, by name. */
    public Collection<CollectionDefinition> all() {
        return catalogue.current().values();
    }

    /** Whether the catalogue can be asked now. */
    public boolean areReachable() {
        return catalogue.healthy();
    }

    /** Why it cannot, in words for an operator; empty where it can. */
    public String problem() {
        return catalogue.problem();
    }

    /**
     * Finds a collection; one that is not known is looked for at the catalogue's end first, as
     * another gateway may just have created it.
     *
     * @param blocking where that look may wait
     * @return fails with NOT_FOUND where there is none
     */
    public CompletableFuture<CollectionDefinition> find(String name, Executor blocking) {
        CollectionDefinition known = catalogue.current().get(name);
        return known != null
                ? CompletableFuture.completedFuture(known)
                : CompletableFuture.supplyAsync(() -> require(name), blocking);
    }

    /** As {@link #find}, but may block. */
    public CollectionDefinition require(String name) {
        @Nullable CollectionDefinition known = catalogue.current().get(name);
        if (known == null) {
            catalogue.awaitCaughtUp(CATCH_UP);
            known = catalogue.current().get(name);
        }
        if (known == null) {
            throw new OmenException(ErrorCode.NOT_FOUND, "Collection " + name + " does not exist.");
        }
        return known;
    }
}
