package io.omendb.schema;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * A collection as the catalogue knows it. A collection that is dropped and created again gets a
 * higher generation; records of the topic before {@code firstOffsets} belong to earlier generations
 * and are ignored. Dropping a collection purges its topic but keeps it, so that offsets never
 * restart and a token never names two writes.
 *
 * @param schema what the user declared
 * @param topic the Kafka topic its points are read from
 * @param generation milliseconds since the epoch at creation, raised where needed to pass the
 *     previous generation
 * @param firstOffsets per partition of the topic, the first offset that belongs to this generation;
 *     0 where absent
 */
public record CollectionDefinition(
        CollectionSchema schema, String topic, long generation, Map<Integer, Long> firstOffsets)
        implements Serializable {

    public CollectionDefinition {
        firstOffsets = new TreeMap<>(firstOffsets);
    }

    private static final String TOPIC_PREFIX = "omen.";

    /** The topic of a collection that names none. */
    public static String defaultTopic(String collection) {
        return TOPIC_PREFIX + collection;
    }

    /** Whether a topic is some collection's own, or for its dead letters: no mapped one. */
    public static boolean isReserved(String topic) {
        return topic.startsWith(TOPIC_PREFIX);
    }

    /** Where records that cannot be read go. */
    public String deadLetterTopic() {
        return defaultTopic(schema.name()) + ".dlq";
    }

    public String name() {
        return schema.name();
    }

    /** Whether a record at this offset was written for this generation. */
    public boolean covers(int partition, long offset) {
        return offset >= firstOffsets.getOrDefault(partition, 0L);
    }
}
