package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.OmenException;
import io.omendb.gateway.http.Limits;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import java.io.IOException;

/**
 * What to count.
 *
 * @param filterJson the filter object; empty for none
 */
record CountJson(String filterJson, Consistency consistency, int timeoutMs) {

    /** Reads the body; an empty one counts everything. */
    static CountJson read(byte[] body, int timeoutMsDefault) {
        String filterJson = "";
        Consistency consistency = Consistency.EVENTUAL;
        int timeoutMs = timeoutMsDefault;
        if (body.length == 0) {
            return new CountJson(filterJson, consistency, timeoutMs);
        }
        try (JsonParser parser = StrictJson.parser(body)) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "body", "an object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                boolean absent = parser.nextToken() == JsonToken.VALUE_NULL;
                switch (field) {
                    case "filters" -> filterJson = absent ? "" : QueryJson.filter(parser);
                    case "consistency" ->
                            consistency = absent ? consistency : Consistency.read(parser);
                    case "timeout_ms" ->
                            timeoutMs = absent ? timeoutMs : StrictJson.integer(parser, field);
                    default ->
                            throw OmenException.malformed(
                                    field
                                            + ": found an unknown field, expected filters,"
                                            + " consistency or timeout_ms");
                }
            }
            StrictJson.expectEnd(parser, "the body");
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
        return new CountJson(filterJson, consistency, timeoutMs);
    }

    void check(CollectionDefinition collection, Limits limits) {
        limits.checkTimeoutMs(timeoutMs);
        consistency.check(collection);
    }
}
