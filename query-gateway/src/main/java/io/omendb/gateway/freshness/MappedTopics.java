package io.omendb.gateway.freshness;

import io.omendb.schema.CollectionDefinition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Topics beside {@code omen.*} that collections are read from, too.
 *
 * @param byCollection their names, by that of the collection
 */
public record MappedTopics(Map<String, Set<String>> byCollection) {
    public static final MappedTopics NONE = new MappedTopics(Map.of());

    public MappedTopics {
        byCollection = Map.copyOf(byCollection);
    }

    /** These and one more. */
    public MappedTopics with(String topic, String collection) {
        Map<String, Set<String>> more = new HashMap<>(byCollection);
        Set<String> topics = new HashSet<>(more.getOrDefault(collection, Set.of()));
        topics.add(topic);
        more.put(collection, Set.copyOf(topics));
        return new MappedTopics(more);
    }

    /** All topics that a collection is read from: its own first of all. */
    Set<String> of(CollectionDefinition collection) {
        Set<String> mapped = byCollection.get(collection.name());
        if (mapped == null) {
            return Set.of(collection.topic());
        }
        Set<String> all = new HashSet<>(mapped);
        all.add(collection.topic());
        return all;
    }
}
