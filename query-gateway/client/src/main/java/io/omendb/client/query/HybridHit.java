package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A point that a hybrid search found.
 *
 * @param score more is better
 * @param scores what the parts of the search say of it, by the part's name: a number, null where
 *     the part did not find it
 * @param metadata as in {@link Hit}
 * @param text null where there is none or metadata was not asked for
 * @param vector null where it was not asked for
 */
public record HybridHit(
        @JsonProperty(required = true) String id,
        @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) double score,
        Map<String, Object> scores,
        Map<String, Object> metadata,
        @Nullable String text,
        float @Nullable [] vector) {
    public HybridHit {
        scores = Collections.unmodifiableMap(Objects.requireNonNullElse(scores, Map.of()));
        metadata = Collections.unmodifiableMap(Objects.requireNonNullElse(metadata, Map.of()));
    }

    /** The score that one part gives; empty where it has none. */
    public OptionalDouble score(String part) {
        return scores.get(part) instanceof Number number
                ? OptionalDouble.of(number.doubleValue())
                : OptionalDouble.empty();
    }
}
