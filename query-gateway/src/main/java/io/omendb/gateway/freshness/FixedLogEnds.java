package io.omendb.gateway.freshness;

import io.omendb.schema.CollectionDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Logs that nobody writes to.
 *
 * @param ends by topic and partition, the offset that the next record would get
 */
record FixedLogEnds(Map<String, Map<Integer, Long>> ends) implements LogEnds {

    @Override
    public Set<String> topics(CollectionDefinition collection) {
        return Set.of(collection.topic());
    }

    @Override
    public CompletableFuture<Ends> of(CollectionDefinition collection) {
        Map<TopicPartition, Long> next = new HashMap<>();
        ends.getOrDefault(collection.topic(), Map.of())
                .forEach(
                        (partition, end) ->
                                next.put(new TopicPartition(collection.topic(), partition), end));
        return CompletableFuture.completedFuture(new Ends(topics(collection), next, Map.of()));
    }

    @Override
    public CompletableFuture<Ends> of(CollectionDefinition collection, long ageMs) {
        return of(collection);
    }

    @Override
    public CompletableFuture<List<Token>> records(List<Token> tokens) {
        return CompletableFuture.completedFuture(tokens);
    }

    @Override
    public CompletableFuture<@Nullable Long> deadLetters(CollectionDefinition collection) {
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public void written(String topic, int partition, long offset) {
        throw new IllegalStateException("nothing can be written here");
    }

    @Override
    public void close() {}
}
