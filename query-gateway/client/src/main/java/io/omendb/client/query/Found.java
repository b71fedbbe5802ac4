package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.point.Freshness;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a search.
 *
 * @param hits nearest first
 * @param tookMs milliseconds in the gateway and the shards
 * @param device what searched: {@code cpu}, {@code gpu} or {@code cpu+gpu}
 */
public record Found(
        @JsonProperty(required = true) List<Hit> hits,
        double tookMs,
        @Nullable String device,
        Freshness freshness,
        Shards shards) {
    public Found {
        hits = List.copyOf(hits);
        freshness = Objects.requireNonNullElse(freshness, Freshness.UNKNOWN);
        shards = Objects.requireNonNullElse(shards, Shards.UNKNOWN);
    }

    /** The ids of the hits, in their order. */
    public List<String> ids() {
        return hits.stream().map(Hit::id).toList();
    }
}
