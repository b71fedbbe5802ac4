package io.omendb.connectors.ingest;

import io.omendb.protocol.catalogue.FollowedCatalogue;
import io.omendb.schema.CollectionDefinition;
import java.time.Duration;
import java.util.Map;

/** Knows what was written last only when asked to catch up. */
final class SlowCatalogue implements FollowedCatalogue {
    private Map<String, CollectionDefinition> known = Map.of();
    private Map<String, Long> dropped = Map.of();
    private Runnable later = () -> {};
    private long version;
    int asked;

    void is(CollectionDefinition definition) {
        known = Map.of("c", definition);
        dropped = Map.of();
        version++;
    }

    void isDropped() {
        dropped = Map.of("c", known.get("c").generation());
        known = Map.of();
        version++;
    }

    void willBe(CollectionDefinition definition) {
        later = () -> is(definition);
    }

    @Override
    public void awaitCaughtUp(Duration timeout) {
        asked++;
        later.run();
        later = () -> {};
    }

    @Override
    public long version() {
        return version;
    }

    @Override
    public Map<String, CollectionDefinition> current() {
        return known;
    }

    @Override
    public Map<String, Long> dropped() {
        return dropped;
    }

    @Override
    public boolean healthy() {
        return true;
    }
}
