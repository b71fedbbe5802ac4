package io.omendb.protocol.catalogue;

import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import java.time.Duration;
import java.util.Map;

/** Which collections exist. Safe for use by any thread. */
public interface Catalogue {
    /** The collections that exist, by name, as far as is known now. */
    Map<String, CollectionDefinition> current();

    /** Whether what is known is kept up to date. */
    boolean healthy();

    /** Why what is known is not kept up to date, in words for an operator; empty where it is. */
    default String problem() {
        return "";
    }

    /**
     * Returns once everything is known that was in the catalogue at the time of the call.
     *
     * @throws OmenException UNAVAILABLE if that takes longer, or Kafka refuses it
     */
    void awaitCaughtUp(Duration timeout);
}
