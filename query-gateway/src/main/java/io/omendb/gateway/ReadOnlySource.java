package io.omendb.gateway;

import io.omendb.protocol.catalogue.Catalogue;
import io.omendb.schema.CollectionDefinition;
import java.time.Duration;
import java.util.Map;

/**
 * Collections that do not change, such as those of a checkpoint.
 *
 * @param collections by name
 * @param logEnds by topic and partition, the offset after the last that was applied
 * @param why what writers are told
 */
public record ReadOnlySource(
        Map<String, CollectionDefinition> collections,
        Map<String, Map<Integer, Long>> logEnds,
        String why) {

    public ReadOnlySource {
        collections = Map.copyOf(collections);
        logEnds = Map.copyOf(logEnds);
    }

    Catalogue catalogue() {
        return new Catalogue() {
            @Override
            public Map<String, CollectionDefinition> current() {
                return collections;
            }

            @Override
            public boolean healthy() {
                return true;
            }

            @Override
            public void awaitCaughtUp(Duration timeout) {
                // Nothing is added.
            }
        };
    }
}
