package io.omendb.connectors.ingest;

import io.omendb.connectors.format.RecordFormat;
import io.omendb.protocol.catalogue.FollowedCatalogue;
import io.omendb.schema.CollectionDefinition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * From topics to collections, as of the catalogue. Used by the parser's task thread. A topic that
 * is not known makes it catch up with the catalogue first: a collection is in the catalogue before
 * its topic takes points. So does a record that says it is for a newer generation than is known:
 * taken for the older one, which may have another schema, or be dropped, it would be lost.
 */
final class Routes {
    private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(30);

    private final FollowedCatalogue catalogue;
    private final List<TopicMapping> mappings;
    private final Map<String, Route> byTopic = new HashMap<>();
    private long version = -1;

    /**
     * Where a topic's records go.
     *
     * @param definition the collection; null where it does not exist (any more)
     * @param format format of records that do not say
     * @param generation records of up to this generation need no newer catalogue
     */
    record Route(@Nullable CollectionDefinition definition, RecordFormat format, long generation) {
        private Route upTo(long newer) {
            return newer <= generation ? this : new Route(definition, format, newer);
        }
    }

    Routes(FollowedCatalogue catalogue, List<TopicMapping> mappings) {
        this.catalogue = catalogue;
        this.mappings = mappings;
    }

    /** Grows with every change of the catalogue that these routes know of. */
    long version() {
        return version;
    }

    /** Reads the catalogue again if it changed. */
    void refresh() {
        long current = catalogue.version();
        if (current == version) {
            return;
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
                                        new Route(
                                                definition,
                                                RecordFormat.JSON,
                                                definition.generation())));
        for (TopicMapping mapping : mappings) {
            CollectionDefinition definition = definitions.get(mapping.collection());
            if (definition != null) {
                // What its records say of generations is of another collection, or of anything.
                byTopic.put(
                        mapping.topic(), new Route(definition, mapping.format(), Long.MAX_VALUE));
            }
        }
    }

    /**
     * Where a record of a topic goes.
     *
     * @param generation that it was written for; 0 where it does not say
     */
    Route of(String topic, long generation) {
        refresh();
        Route known = byTopic.get(topic);
        if (known == null || known.generation() < generation) {
            catchUp();
            Route none = new Route(null, RecordFormat.JSON, 0);
            known = byTopic.getOrDefault(topic, none).upTo(generation);
            // Where the catalogue has no such generation, it need not be asked again.
            byTopic.put(topic, known);
        }
        return known;
    }

    /** Reads all that is in the catalogue at the time of the call. */
    void catchUp() {
        catalogue.awaitCaughtUp(CATCH_UP_TIMEOUT);
        refresh();
    }

    /** Topics beside its own that feed a collection. */
    Set<String> mappedTopics(String collection) {
        return mappings.stream()
                .filter(mapping -> mapping.collection().equals(collection))
                .map(TopicMapping::topic)
                .collect(Collectors.toUnmodifiableSet());
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
