package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What is answered of a point. The id always is. */
public enum Include {
    @JsonProperty("id")
    ID,
    @JsonProperty("distance")
    DISTANCE,
    /** The metadata and the text. */
    @JsonProperty("metadata")
    METADATA,
    @JsonProperty("vector")
    VECTOR
}
