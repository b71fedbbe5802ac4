package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.omendb.client.filter.Filter;
import io.omendb.client.point.SparseVector;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A search by vector and by words, or by a sparse vector, at once. What is null is not searched by,
 * or is the server's choice.
 *
 * @param k how many hits at most
 * @param alpha the share of the dense vector, 0 to 1
 * @param explain whether hits say how their score came about
 * @param timeoutMs 1 to 60,000
 */
public record HybridSearch(
        float @Nullable [] vector,
        @Nullable String text,
        @Nullable SparseVector sparse,
        int k,
        @Nullable Double alpha,
        @Nullable Fusion fusion,
        @JsonProperty("filters") @Nullable Filter filter,
        @Nullable List<Include> include,
        @Nullable Boolean explain,
        @Nullable Consistency consistency,
        @Nullable Integer timeoutMs,
        @Nullable Boolean allowPartial) {

    public static Builder builder() {
        return new Builder();
    }

    /** Collects the parts of a search. Not for several threads. */
    public static final class Builder {
        private float @Nullable [] vector;
        private @Nullable String text;
        private @Nullable SparseVector sparse;
        private int k = 10;
        private @Nullable Double alpha;
        private @Nullable Fusion fusion;
        private @Nullable Filter filter;
        private @Nullable List<Include> include;
        private @Nullable Boolean explain;
        private @Nullable Consistency consistency;
        private @Nullable Integer timeoutMs;
        private @Nullable Boolean allowPartial;

        private Builder() {}

        public Builder vector(float... chosen) {
            vector = chosen;
            return this;
        }

        public Builder text(String chosen) {
            text = chosen;
            return this;
        }

        public Builder sparse(SparseVector chosen) {
            sparse = chosen;
            return this;
        }

        public Builder k(int chosen) {
            k = chosen;
            return this;
        }

        public Builder alpha(double chosen) {
            alpha = chosen;
            return this;
        }

        public Builder fusion(Fusion chosen) {
            fusion = chosen;
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

        /** Hits say how their score came about. */
        public Builder explain() {
            explain = true;
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

        public HybridSearch build() {
            return new HybridSearch(
                    vector,
                    text,
                    sparse,
                    k,
                    alpha,
                    fusion,
                    filter,
                    include,
                    explain,
                    consistency,
                    timeoutMs,
                    allowPartial);
        }
    }
}
