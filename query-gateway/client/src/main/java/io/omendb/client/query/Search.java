package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.filter.Filter;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The nearest points to a vector, or to a text. What else is null is the server's choice.
 *
 * @param vector as many components as the collection has dimensions; not copied. Null where there
 *     is a text
 * @param text what the server makes the vector of, in a collection with an embedder
 * @param k how many hits at most; 1 to 10,000
 * @param filter which points may be hits
 * @param include what is answered of them: metadata and distance where null
 * @param exact whether every vector is compared
 * @param recallTarget the share of the true neighbours to aim at, more than 0 and at most 1
 * @param params how the index is searched: {@code nprobe}, {@code device}
 * @param timeoutMs 1 to 60,000
 * @param allowPartial whether an answer without some of the shards is welcome
 */
public record Search(
        float @Nullable [] vector,
        @Nullable String text,
        int k,
        @JsonProperty("filters") @Nullable Filter filter,
        @Nullable List<Include> include,
        @Nullable Boolean exact,
        @Nullable Double recallTarget,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) Map<String, Object> params,
        @Nullable Consistency consistency,
        @Nullable Integer timeoutMs,
        @Nullable Boolean allowPartial) {

    /** A plain search. */
    public static Search of(float[] vector, int k) {
        return builder(vector).k(k).build();
    }

    /** A plain search for what is alike, in a collection with an embedder. */
    public static Search ofText(String text, int k) {
        return textBuilder(text).k(k).build();
    }

    public static Builder builder(float... vector) {
        return new Builder(vector, null);
    }

    /** By a text, in a collection with an embedder. */
    public static Builder textBuilder(String text) {
        return new Builder(null, text);
    }

    /** Collects the parts of a search. Not for several threads. */
    public static final class Builder {
        private final float @Nullable [] vector;
        private final @Nullable String text;
        private int k = 10;
        private @Nullable Filter filter;
        private @Nullable List<Include> include;
        private @Nullable Boolean exact;
        private @Nullable Double recallTarget;
        private final Map<String, Object> params = new LinkedHashMap<>();
        private @Nullable Consistency consistency;
        private @Nullable Integer timeoutMs;
        private @Nullable Boolean allowPartial;

        private Builder(float @Nullable [] vector, @Nullable String text) {
            this.vector = vector;
            this.text = text;
        }

        public Builder k(int chosen) {
            k = chosen;
            return this;
        }

        public Builder filter(Filter chosen) {
            filter = chosen;
            return this;
        }

        public Builder include(Include... chosen) {
            include = List.copyOf(Arrays.asList(chosen));
            return this;
        }

        /** Compare every vector. */
        public Builder exact() {
            exact = true;
            return this;
        }

        public Builder recallTarget(double chosen) {
            recallTarget = chosen;
            return this;
        }

        /** How many posting lists to probe. */
        public Builder nprobe(int chosen) {
            params.put("nprobe", chosen);
            return this;
        }

        public Builder device(Device chosen) {
            params.put("device", chosen);
            return this;
        }

        public Builder consistency(Consistency chosen) {
            consistency = chosen;
            return this;
        }

        /** How long the server may take; whole milliseconds. */
        public Builder timeout(Duration chosen) {
            timeoutMs = Math.toIntExact(chosen.toMillis());
            return this;
        }

        /** An answer without some of the shards is welcome. */
        public Builder allowPartial() {
            allowPartial = true;
            return this;
        }

        public Search build() {
            return new Search(
                    vector,
                    text,
                    k,
                    filter,
                    include,
                    exact,
                    recallTarget,
                    Map.copyOf(params),
                    consistency,
                    timeoutMs,
                    allowPartial);
        }
    }
}
