package io.omendb.client.collection;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import org.jspecify.annotations.Nullable;

/**
 * A collection in a list of them.
 *
 * @param vectors live ones; null while shards are away
 */
public record CollectionSummary(
        @JsonProperty(required = true) String name,
        @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) int dimension,
        @JsonProperty(required = true) Metric metric,
        @Nullable Long vectors) {}
