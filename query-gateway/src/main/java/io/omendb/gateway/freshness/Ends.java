package io.omendb.gateway.freshness;

import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the logs end that a collection is read from.
 *
 * @param topics those logs: the collection's own topic, and mapped ones
 * @param next per partition, the offset that the next record will get; empty where it is not known
 *     of one of them
 * @param begins per partition of mapped topics, the offset before which all is deleted; what is
 *     left out begins at 0
 */
public record Ends(
        Set<String> topics, Map<TopicPartition, Long> next, Map<TopicPartition, Long> begins) {

    static Ends unknown(Set<String> topics) {
        return new Ends(topics, Map.of(), Map.of());
    }

    public boolean isKnown() {
        return !next.isEmpty();
    }

    /** The last writes to a collection; none of what was written to an earlier one of the name. */
    public List<Token> last(CollectionDefinition collection) {
        List<Token> last = new ArrayList<>();
        next.forEach(
                (partition, end) -> {
                    if (end > from(collection, partition)) {
                        last.add(new Token(partition.topic(), partition.partition(), end - 1));
                    }
                });
        return last;
    }

    /** The offset before which no shard is to apply anything. */
    long from(CollectionDefinition collection, TopicPartition partition) {
        return Math.max(first(collection, partition), begins.getOrDefault(partition, 0L));
    }

    /**
     * The offset before which a partition holds nothing of a collection. Offsets of mapped topics
     * have nothing to do with its generations.
     */
    static long first(CollectionDefinition collection, TopicPartition partition) {
        return partition.topic().equals(collection.topic())
                ? collection.firstOffsets().getOrDefault(partition.partition(), 0L)
                : 0;
    }
}
