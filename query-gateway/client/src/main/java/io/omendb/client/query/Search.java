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
 * The nearest points to a vector. What is null is the server's choice.
 *
 * @param vector as many components as the collection has dimensions; not copied
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
        float[] vector,
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

    public static Builder builder(float... vector) {
        return new Builder(vector);
    }

    /** Collects the parts of a search. Not for several threads. */
    public static final class Builder {
        private final float[] vector;
        private int k = 10;
        private @Nullable Filter filter;
        private @Nullable List<Include> include;
        private @Nullable Boolean exact;
        private @Nullable Double recallTarget;
        private final Map<String, Object> params = new LinkedHashMap<>();
        private @Nullable Consistency consistency;
        private @Nullable Integer timeoutMs;
        private @Nullable Boolean allowPartial;

        private Builder(float[] vector) {
            this.vector = vector;
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
