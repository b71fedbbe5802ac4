package io.omendb.client.point;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A point as it was read.
 *
 * @param vector null where it was not asked for; of unit length under {@code cosine}
 * @param metadata empty where there is none or it was not asked for; whole numbers are {@code
 *     Long}, others {@code Double}
 * @param text null where there is none or metadata was not asked for
 */
public record StoredPoint(
        @JsonProperty(required = true) String id,
        float @Nullable [] vector,
        Map<String, Object> metadata,
        @Nullable String text) {
    public StoredPoint {
        Objects.requireNonNull(id, "id");
        metadata = Collections.unmodifiableMap(Objects.requireNonNullElse(metadata, Map.of()));
    }
}
