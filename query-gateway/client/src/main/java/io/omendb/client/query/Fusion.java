package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How a hybrid search makes one order of several. */
public enum Fusion {
    /** By the weighted sum of scores. */
    @JsonProperty("weighted")
    WEIGHTED,
    /** By reciprocal ranks. */
    @JsonProperty("rrf")
    RRF
}
