package io.omendb.protocol.catalogue;

import io.omendb.schema.CollectionDefinition;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The catalogue up to one offset of its topic. Immutable.
 *
 * @param live the collections that exist, by name
 * @param generations the newest generation of every name ever used, dropped ones too
 * @param version offset of the next record to read
 */
record CatalogueSnapshot(
        Map<String, CollectionDefinition> live, Map<String, Long> generations, long version) {

    static final CatalogueSnapshot EMPTY = new CatalogueSnapshot(Map.of(), Map.of(), 0);

    CatalogueSnapshot {
        live = Collections.unmodifiableMap(new TreeMap<>(live));
        generations = Map.copyOf(generations);
    }

    /** This catalogue with more records applied. */
    CatalogueSnapshot with(Iterable<CatalogueRecord> records, long newVersion) {
        Map<String, CollectionDefinition> nextLive = new TreeMap<>(live);
        Map<String, Long> nextGenerations = new TreeMap<>(generations);
        for (CatalogueRecord record : records) {
            nextGenerations.merge(record.name(), record.generation(), Math::max);
            if (record.definition() == null) {
                nextLive.remove(record.name());
            } else {
                nextLive.put(record.name(), record.definition());
            }
        }
        return new CatalogueSnapshot(nextLive, nextGenerations, newVersion);
    }

    /** The generation that a collection of this name has to pass; 0 where there was none. */
    long generationOf(String name) {
        return generations.getOrDefault(name, 0L);
    }
}
