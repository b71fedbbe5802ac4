package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import io.omendb.client.point.Freshness;
import java.util.Objects;

/** How many points there are, exactly. */
public record Counted(
        @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) long count,
        Freshness freshness) {
    public Counted {
        freshness = Objects.requireNonNullElse(freshness, Freshness.UNKNOWN);
    }
}
