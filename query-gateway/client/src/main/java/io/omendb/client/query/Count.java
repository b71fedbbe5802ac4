package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.filter.Filter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What to count. What is null is the server's choice.
 *
 * @param filter null for all points
 * @param timeoutMs 1 to 60,000
 */
public record Count(
        @JsonProperty("filters") @Nullable Filter filter,
        @Nullable Consistency consistency,
        @Nullable Integer timeoutMs) {
    /** All points. */
    public static final Count ALL = new Count(null, null, null);

    public static Count of(Filter filter) {
        return new Count(filter, null, null);
    }

    public Count withConsistency(Consistency chosen) {
        return new Count(filter, chosen, timeoutMs);
    }

    public Count withTimeout(Duration chosen) {
        return new Count(filter, consistency, Math.toIntExact(chosen.toMillis()));
    }
}
