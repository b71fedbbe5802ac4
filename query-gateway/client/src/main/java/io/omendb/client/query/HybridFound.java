package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.point.Freshness;
import java.util.List;
import java.util.Objects;

/**
 * The answer to a hybrid search.
 *
 * @param hits best first
 * @param tookMs milliseconds in the gateway and the shards
 */
public record HybridFound(
        @JsonProperty(required = true) List<HybridHit> hits,
        double tookMs,
        Freshness freshness,
        Shards shards) {
    public HybridFound {
        hits = List.copyOf(hits);
        freshness = Objects.requireNonNullElse(freshness, Freshness.UNKNOWN);
        shards = Objects.requireNonNullElse(shards, Shards.UNKNOWN);
    }

    /** The ids of the hits, in their order. */
    public List<String> ids() {
        return hits.stream().map(HybridHit::id).toList();
    }
}
