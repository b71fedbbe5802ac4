package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A point that was found.
 *
 * @param distance less is nearer; NaN where it was not asked for
 * @param metadata empty where there is none or it was not asked for; whole numbers are {@code
 *     Long}, others {@code Double}
 * @param text null where there is none or metadata was not asked for
 * @param vector null where it was not asked for
 */
public record Hit(
        String id,
        double distance,
        Map<String, Object> metadata,
        @Nullable String text,
        float @Nullable [] vector) {
    public Hit {
        metadata = Collections.unmodifiableMap(metadata);
    }

    @JsonCreator
    static Hit read(
            @JsonProperty(value = "id", required = true) String id,
            @JsonProperty("distance") @Nullable Double distance,
            @JsonProperty("metadata") @Nullable Map<String, Object> metadata,
            @JsonProperty("text") @Nullable String text,
            @JsonProperty("vector") float @Nullable [] vector) {
        return new Hit(
                Objects.requireNonNull(id, "id"),
                distance == null ? Double.NaN : distance,
                metadata == null ? Map.of() : metadata,
                text,
                vector);
    }
}
