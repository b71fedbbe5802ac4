package io.omendb.client.collection;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What a hit's distance means; less is nearer. */
public enum Metric {
    /** The Euclidean distance. */
    @JsonProperty("l2")
    L2,
    /** 1 − cosine similarity. */
    @JsonProperty("cosine")
    COSINE,
    /** The negated inner product. */
    @JsonProperty("dot")
    DOT
}
