package io.omendb.client.collection;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.omendb.client.point.Freshness;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How much there is of a collection, counted exactly, over all shards.
 *
 * @param vectors live ones
 * @param deleted dead ones that are not yet merged away
 * @param indexQueue rows that wait for an index or for the disk; searches find them all the same
 */
public record CollectionSizes(
        @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) long vectors,
        long deleted,
        long segments,
        long memoryBytes,
        long diskBytes,
        long indexQueue,
        List<Shard> shards,
        Freshness freshness) {

    /**
     * One shard's share.
     *
     * @param address host and port
     * @param applied the last offset applied of each source partition
     * @param lagRecords null where that is not known
     * @param lagMs null where that is not known
     */
    public record Shard(
            int id,
            String address,
            long vectors,
            Map<String, Long> applied,
            @Nullable Long lagRecords,
            @Nullable Long lagMs) {}

    public CollectionSizes {
        shards = List.copyOf(Objects.requireNonNullElse(shards, List.of()));
        freshness = Objects.requireNonNullElse(freshness, Freshness.UNKNOWN);
    }
}
