package io.omendb.connectors.ingest;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.format.RecordFormat;
import io.omendb.schema.CollectionDefinition;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;

/**
 * A topic outside the {@code omen.*} scheme that feeds a collection. It is read from its beginning
 * once the collection exists.
 *
 * @param topic the topic
 * @param collection the collection its points go to
 * @param format format of records that do not say
 */
public record TopicMapping(String topic, String collection, RecordFormat format)
        implements Serializable {

    /**
     * Checks the names.
     *
     * @throws OmenException INVALID if one is missing or cannot be used
     */
    public TopicMapping {
        if (topic == null || topic.isEmpty() || collection == null || collection.isEmpty()) {
            throw OmenException.invalid(
                    "topics: found topic "
                            + topic
                            + " and collection "
                            + collection
                            + ", expected both to be named");
        }
        if (CollectionDefinition.isReserved(topic)) {
            throw OmenException.invalid(
                    "topics: found topic "
                            + topic
                            + ", expected one that does not begin with omen.: those are read anyway, or"
                            + " hold dead letters");
        }
        try {
            Topic.validate(topic);
        } catch (InvalidTopicException e) {
            throw new OmenException(
                    ErrorCode.INVALID, "topics: topic " + topic + ": " + e.getMessage(), e);
        }
    }

    /**
     * Checks that every topic feeds one collection.
     *
     * @throws OmenException INVALID naming one that does not
     */
    static void checkDistinct(List<TopicMapping> mappings) {
        Set<String> topics = new HashSet<>();
        for (TopicMapping mapping : mappings) {
            if (!topics.add(mapping.topic)) {
                throw OmenException.invalid(
                        "topics: found topic "
                                + mapping.topic
                                + " twice, expected each topic to feed one collection");
            }
        }
    }
}
