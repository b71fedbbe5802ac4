package io.omendb.gateway.collections;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.gateway.freshness.Ends;
import io.omendb.gateway.freshness.Freshness;
import io.omendb.gateway.shards.Gathered;
import io.omendb.gateway.shards.Gathered.Answer;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.v1.CollectionStats;
import io.omendb.protocol.v1.DescribeResponse;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.SchemaJson;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The size of one collection as all shards tell it. A shard that does not know the collection yet,
 * or still has an earlier one of the same name, holds nothing of it.
 */
final class CollectionSizes {
    private record Part(ShardAddress shard, CollectionStats stats) {}

    private final CollectionDefinition collection;
    private final List<Part> parts = new ArrayList<>();

    CollectionSizes(CollectionDefinition collection, Gathered<DescribeResponse> described) {
        this.collection = collection;
        for (Answer<DescribeResponse> answer : described.answers()) {
            parts.add(new Part(answer.shard(), statsOf(collection, answer.value())));
        }
    }

    private static CollectionStats statsOf(
            CollectionDefinition collection, DescribeResponse described) {
        for (CollectionStats stats : described.getCollectionsList()) {
            if (stats.getCollection().equals(collection.name())
                    && stats.getGeneration() == collection.generation()) {
                return stats;
            }
        }
        return CollectionStats.getDefaultInstance();
    }

    long vectors() {
        return parts.stream().mapToLong(part -> part.stats.getVectors()).sum();
    }

    long memoryBytes() {
        return parts.stream().mapToLong(part -> part.stats.getMemoryBytes()).sum();
    }

    long diskBytes() {
        return parts.stream().mapToLong(part -> part.stats.getDiskBytes()).sum();
    }

    long queuedRows() {
        return parts.stream().mapToLong(part -> part.stats.getQueuedRows()).sum();
    }

    long writes() {
        return parts.stream().mapToLong(part -> part.stats.getWrites()).sum();
    }

    Freshness freshness(Ends logEnds, long nowMs) {
        return Freshness.of(
                collection,
                parts.stream().map(part -> part.stats.getAppliedMap()).toList(),
                logEnds,
                nowMs);
    }

    /** The collection in full. */
    ObjectNode json(Ends logEnds, long nowMs) {
        ObjectNode json = SchemaJson.write(collection);
        json.put("vectors", vectors());
        json.put("deleted", parts.stream().mapToLong(part -> part.stats.getDeleted()).sum());
        json.put("segments", parts.stream().mapToLong(part -> part.stats.getSegments()).sum());
        json.put("memory_bytes", memoryBytes());
        json.put("disk_bytes", diskBytes());
        json.put("index_queue", queuedRows());
        json.withObject("/index").set("in_use", indexes());
        ArrayNode shards = json.putArray("shards");
        parts.forEach(part -> shards.add(json(part, logEnds, nowMs)));
        json.set("freshness", freshness(logEnds, nowMs).json());
        return json;
    }

    private ObjectNode json(Part part, Ends logEnds, long nowMs) {
        Freshness freshness =
                Freshness.of(collection, List.of(part.stats.getAppliedMap()), logEnds, nowMs);
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("id", part.shard.subtask());
        json.put("address", part.shard.target());
        json.put("vectors", part.stats.getVectors());
        json.setAll(freshness.json());
        return json;
    }

    private ArrayNode indexes() {
        TreeSet<String> kinds = new TreeSet<>();
        parts.forEach(part -> kinds.add(part.stats.getIndex()));
        kinds.remove("");
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        kinds.forEach(json::add);
        return json;
    }
}
