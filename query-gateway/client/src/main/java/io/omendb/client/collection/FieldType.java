package io.omendb.client.collection;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The type of a metadata field that filters may name. */
public enum FieldType {
    @JsonProperty("keyword")
    KEYWORD,
    @JsonProperty("keyword[]")
    KEYWORDS,
    @JsonProperty("double")
    DOUBLE,
    @JsonProperty("long")
    LONG,
    @JsonProperty("bool")
    BOOL,
    @JsonProperty("text")
    TEXT
}
