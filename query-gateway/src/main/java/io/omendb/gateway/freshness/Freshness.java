package io.omendb.gateway.freshness;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.protocol.v1.Applied;
import io.omendb.schema.CollectionDefinition;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How far an answer lags behind what was written.
 *
 * @param applied per source partition ({@code topic-partition}), the offset up to which every shard
 *     that answered has applied it; −1 where nothing was
 * @param lagRecords records written but not applied everywhere; null where Kafka could not be asked
 * @param lagMs 0 without lag, else the age of the newest record applied everywhere; null as above
 */
public record Freshness(
        SortedMap<String, Long> applied, @Nullable Long lagRecords, @Nullable Long lagMs) {
    private static final Applied NOTHING = Applied.newBuilder().setOffset(-1).build();

    /**
     * Compares what shards have applied with the ends of the log.
     *
     * @param shards what each shard that answered has applied
     */
    public static Freshness of(
            CollectionDefinition collection,
            List<Map<String, Applied>> shards,
            Ends ends,
            long nowMs) {
        Map<String, Applied> everywhere = everywhere(shards, ends);
        SortedMap<String, Long> applied = new TreeMap<>();
        long newestMs = collection.generation();
        for (Map.Entry<String, Applied> source : everywhere.entrySet()) {
            applied.put(source.getKey(), source.getValue().getOffset());
            newestMs = Math.max(newestMs, source.getValue().getTimestampMs());
        }
        if (!ends.isKnown()) {
            return new Freshness(applied, null, null);
        }
        long lag = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.next().entrySet()) {
            long last = everywhere.getOrDefault(source(end.getKey()), NOTHING).getOffset();
            // Records before are of a collection that was dropped, or deleted before they were
            // read.
            long from = ends.from(collection, end.getKey()) - 1;
            lag += Math.max(0, end.getValue() - 1 - Math.max(last, from));
        }
        return new Freshness(applied, lag, lag == 0 ? 0 : Math.max(0, nowMs - newestMs));
    }

    /** Every shard hears of every partition, so the least that any has applied counts. */
    private static Map<String, Applied> everywhere(List<Map<String, Applied>> shards, Ends ends) {
        Map<String, Applied> least = new HashMap<>();
        ends.next().keySet().forEach(partition -> least.put(source(partition), NOTHING));
        for (Map<String, Applied> shard : shards) {
            for (String source : shard.keySet()) {
                // What a checkpoint holds is told of all mapped topics.
                if (ends.topics().contains(source.substring(0, source.lastIndexOf('-')))) {
                    least.put(source, NOTHING);
                }
            }
        }
        least.replaceAll(
                (source, nothing) ->
                        shards.stream()
                                .map(shard -> shard.getOrDefault(source, NOTHING))
                                .min((a, b) -> Long.compare(a.getOffset(), b.getOffset()))
                                .orElse(nothing));
        return least;
    }

    private static String source(TopicPartition partition) {
        return partition.topic() + "-" + partition.partition();
    }

    /** {@code {"applied": {…}, "lag_records": 0, "lag_ms": 3}}. */
    public ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        ObjectNode positions = json.putObject("applied");
        applied.forEach(positions::put);
        json.put("lag_records", lagRecords);
        json.put("lag_ms", lagMs);
        return json;
    }
}
