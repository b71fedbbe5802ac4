package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.Token;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a query must see.
 *
 * @param after the writes that must be applied first; empty for {@code eventual}
 */
record Consistency(List<Token> after) {
    static final Consistency EVENTUAL = new Consistency(List.of());

    private static final String SUPPORTED =
            "expected \"eventual\" or {\"after\": [tokens]}, the levels supported so far";

    /** Reads the value the parser stands on. */
    static Consistency read(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_STRING) {
            if (parser.getText().equals("eventual")) {
                return EVENTUAL;
            }
            throw OmenException.invalid(
                    "consistency: found \"" + parser.getText() + "\", " + SUPPORTED);
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw StrictJson.unexpected(parser, "consistency", "a level's name or an object");
        }
        List<Token> after = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (!field.equals("after")) {
                throw OmenException.invalid("consistency: found " + field + ", " + SUPPORTED);
            }
            after = tokens(parser);
        }
        if (after == null) {
            throw OmenException.malformed(
                    "consistency.after: found nothing, expected an array of tokens");
        }
        return new Consistency(after);
    }

    private static List<Token> tokens(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "consistency.after", "an array of tokens");
        }
        List<Token> tokens = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String field = "consistency.after[" + tokens.size() + "]";
            tokens.add(Token.parse(field, StrictJson.string(parser, field)));
        }
        return tokens;
    }

    /** Checks that the tokens are of this collection. */
    void check(CollectionDefinition collection) {
        for (int i = 0; i < after.size(); i++) {
            if (!after.get(i).topic().equals(collection.topic())) {
                throw OmenException.invalid(
                        "consistency.after["
                                + i
                                + "]: found a token of topic "
                                + after.get(i).topic()
                                + ", expected one of the collection's topic "
                                + collection.topic());
            }
        }
    }
}
