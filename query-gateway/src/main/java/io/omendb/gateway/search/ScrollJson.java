package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.OmenException;
import io.omendb.gateway.http.Limits;
import io.omendb.protocol.v1.ScrollPosition;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionDefinition;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A page to read.
 *
 * @param filterJson the filter object; empty for none
 * @param after the position of the page before; null for the first page
 */
record ScrollJson(
        String filterJson,
        int limit,
        @Nullable ScrollPosition after,
        Fields fields,
        Consistency consistency,
        int timeoutMs) {
    static final int LIMIT_DEFAULT = 100;

    /** Reads the body; an empty one asks for the first page of everything. */
    static ScrollJson read(byte[] body, int timeoutMsDefault) {
        String filterJson = "";
        int limit = LIMIT_DEFAULT;
        ScrollPosition after = null;
        Fields fields = Fields.OF_SCROLL;
        Consistency consistency = Consistency.EVENTUAL;
        int timeoutMs = timeoutMsDefault;
        if (body.length == 0) {
            return new ScrollJson(filterJson, limit, after, fields, consistency, timeoutMs);
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
                    case "limit" -> limit = absent ? limit : StrictJson.integer(parser, field);
                    case "cursor" ->
                            after =
                                    absent
                                            ? null
                                            : ScrollCursor.read(StrictJson.string(parser, field));
                    case "include" ->
                            fields = absent ? fields : Fields.read(parser).withDistance(false);
                    case "consistency" ->
                            consistency = absent ? consistency : Consistency.read(parser);
                    case "timeout_ms" ->
                            timeoutMs = absent ? timeoutMs : StrictJson.integer(parser, field);
                    default ->
                            throw OmenException.malformed(
                                    field
                                            + ": found an unknown field, expected filters, limit,"
                                            + " cursor, include, consistency or timeout_ms");
                }
            }
            StrictJson.expectEnd(parser, "the body");
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
        return new ScrollJson(filterJson, limit, after, fields, consistency, timeoutMs);
    }

    /** The page after one; it sees at least as much, also where another job answers by then. */
    ScrollJson next(Scroller.Page page) {
        return new ScrollJson(
                filterJson,
                limit,
                page.cursor(),
                fields,
                consistency.afterWaiting(page.applied()),
                timeoutMs);
    }

    void check(CollectionDefinition collection, Limits limits) {
        limits.checkRange("limit", limit, limits.k());
        limits.checkTimeoutMs(timeoutMs);
        consistency.check(collection);
    }
}
