package io.omendb.connectors.ingest;

import io.omendb.connectors.format.RecordFormat;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.schema.CollectionDefinition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From topics to collections, as of the catalogue. Used by the parser's task thread. A topic that
 * is not known makes it catch up with the catalogue first: a collection is in the catalogue before
 * its topic takes points.
 */
final class Routes {
    private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(30);

    private final CatalogueFollower catalogue;
    private final List<TopicMapping> mappings;
    private final Map<String, Route> byTopic = new HashMap<>();
    private long version = -1;

    /**
     * Where a topic's records go.
     *
     * @param definition the collection; null where it does not exist (any more)
     * @param format format of records that do not say
     */
    record Route(@Nullable CollectionDefinition definition, RecordFormat format) {}

    Routes(CatalogueFollower catalogue, List<TopicMapping> mappings) {
        this.catalogue = catalogue;
        this.mappings = mappings;
    }

    /** Reads the catalogue again if it changed. Returns whether it did. */
    boolean refresh() {
        long current = catalogue.version();
        if (current == version) {
            return false;
        }
        version = current;
        byTopic.clear();
        Map<String, CollectionDefinition> definitions = catalogue.current();
        definitions
                .values()
                .forEach(
                        definition ->
                                byTopic.put(
                                        definition.topic(),
                                        new Route(definition, RecordFormat.JSON)));
        for (TopicMapping mapping : mappings) {
            CollectionDefinition definition = definitions.get(mapping.collection());
            if (definition != null) {
                byTopic.put(mapping.topic(), new Route(definition, mapping.format()));
            }
        }
        return true;
    }

    /** Where the records of a topic go. */
    Route of(String topic) {
        Route known = byTopic.get(topic);
        if (known == null) {
            catalogue.awaitCaughtUp(CATCH_UP_TIMEOUT);
            refresh();
            known = byTopic.computeIfAbsent(topic, name -> new Route(null, RecordFormat.JSON));
        }
        return known;
    }

    /** The collections that exist, by name. */
    Map<String, CollectionDefinition> definitions() {
        return catalogue.current();
    }

    /** Dropped collections and their last generation. */
    Map<String, Long> dropped() {
        return catalogue.dropped();
    }
}
