package io.omendb.client.collection;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A collection to create. What is null is the server's choice.
 *
 * @param dimension components of every vector, 1 to 4,096
 * @param fields the metadata fields that filters may name
 * @param sparse whether points may have a sparse vector
 * @param index how it is searched
 * @param partitions of the Kafka topic, which bound how many shards take part in ingestion
 * @param ttlSeconds after which points expire
 * @param embedder the server's name for what makes vectors of texts, where points and searches have
 *     those instead of vectors
 */
public record CollectionSpec(
        int dimension,
        Metric metric,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, FieldType> fields,
        @Nullable Boolean sparse,
        @Nullable Index index,
        @Nullable Integer partitions,
        @Nullable Long ttlSeconds,
        @Nullable String embedder) {

    /**
     * How a collection is searched.
     *
     * @param kind {@code auto}, {@code ivf} or {@code flat}
     */
    public record Index(String kind) {}

    public CollectionSpec {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    public static CollectionSpec of(int dimension, Metric metric) {
        return new CollectionSpec(dimension, metric, Map.of(), null, null, null, null, null);
    }

    /** With this field besides. */
    public CollectionSpec withField(String name, FieldType type) {
        Map<String, FieldType> all = new LinkedHashMap<>(fields);
        all.put(name, type);
        return new CollectionSpec(
                dimension, metric, all, sparse, index, partitions, ttlSeconds, embedder);
    }

    public CollectionSpec withSparse(boolean chosen) {
        return new CollectionSpec(
                dimension, metric, fields, chosen, index, partitions, ttlSeconds, embedder);
    }

    public CollectionSpec withIndex(String kind) {
        return new CollectionSpec(
                dimension,
                metric,
                fields,
                sparse,
                new Index(kind),
                partitions,
                ttlSeconds,
                embedder);
    }

    public CollectionSpec withPartitions(int chosen) {
        return new CollectionSpec(
                dimension, metric, fields, sparse, index, chosen, ttlSeconds, embedder);
    }

    public CollectionSpec withTtlSeconds(long chosen) {
        return new CollectionSpec(
                dimension, metric, fields, sparse, index, partitions, chosen, embedder);
    }

    public CollectionSpec withEmbedder(String chosen) {
        return new CollectionSpec(
                dimension, metric, fields, sparse, index, partitions, ttlSeconds, chosen);
    }
}
