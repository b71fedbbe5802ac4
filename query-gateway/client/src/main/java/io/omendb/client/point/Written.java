package io.omendb.client.point;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import java.util.List;

/**
 * The answer to a write, which is then in the log for good.
 *
 * @param accepted points written or deleted
 * @param tokens the last place of the write in each partition it went to
 */
public record Written(
        @JsonProperty(required = true) @JsonSetter(nulls = Nulls.FAIL) long accepted,
        @JsonProperty(required = true) List<Token> tokens) {
    public Written {
        tokens = List.copyOf(tokens);
    }
}
