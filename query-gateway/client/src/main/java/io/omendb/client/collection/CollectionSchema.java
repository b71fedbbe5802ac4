package io.omendb.client.collection;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A collection as the server holds it.
 *
 * @param topic the Kafka topic its points are in
 * @param ttlSeconds null where points do not expire
 * @param embedder the server's name for what makes vectors of texts; null where it makes none
 */
public record CollectionSchema(
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) int dimension,
        @JsonProperty(required = true) Metric metric,
        Map<String, FieldType> fields,
        boolean sparse,
        @Nullable Index index,
        int partitions,
        @Nullable Long ttlSeconds,
        @Nullable String embedder,
        @JsonProperty(required = true) String topic,
        @Nullable Instant createdAt) {

    /**
     * How the collection is searched.
     *
     * @param kind what was asked for
     * @param inUse what shards use now; empty where they were not asked
     */
    public record Index(String kind, List<String> inUse) {
        public Index {
            inUse = List.copyOf(Objects.requireNonNullElse(inUse, List.of()));
        }
    }

    public CollectionSchema {
        fields = Collections.unmodifiableMap(Objects.requireNonNullElse(fields, Map.of()));
    }
}
