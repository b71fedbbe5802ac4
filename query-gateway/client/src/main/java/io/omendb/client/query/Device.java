package io.omendb.client.query;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where shards search. */
public enum Device {
    /** Where it is expected to be faster. */
    @JsonProperty("auto")
    AUTO,
    @JsonProperty("cpu")
    CPU,
    @JsonProperty("gpu")
    GPU
}
