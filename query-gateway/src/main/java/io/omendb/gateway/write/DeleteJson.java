package io.omendb.gateway.write;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.PointRules;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a deletion: {@code {"ids": ["a", "b"]}} or {@code {"filters": {…}}}.
 *
 * @param ids null where there is a filter
 * @param filterJson null where there are ids
 */
record DeleteJson(@Nullable List<String> ids, @Nullable String filterJson) {

    static DeleteJson of(List<String> ids) {
        return new DeleteJson(ids, null);
    }

    /** What a filter matches; one that matches everything is more likely a mistake than a wish. */
    static DeleteJson of(ObjectNode filter) {
        if (filter.isEmpty()) {
            throw OmenException.invalid(
                    "filters: found an empty object, expected a condition; to delete all points,"
                            + " delete the collection");
        }
        return new DeleteJson(null, filter.toString());
    }

    static DeleteJson read(byte[] body, int idsMax) {
        try (JsonParser parser = StrictJson.parser(body)) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "body", "an object with ids or filters");
            }
            List<String> ids = null;
            ObjectNode filter = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "ids" -> ids = ids(parser, idsMax);
                    case "filters" -> filter = StrictJson.uniqueObject(parser, field);
                    default ->
                            throw OmenException.malformed(
                                    field + ": found an unknown field, expected ids or filters");
                }
            }
            StrictJson.expectEnd(parser, "the body");
            if (ids != null && filter != null) {
                throw OmenException.malformed(
                        "body: found both ids and filters, expected one of them");
            }
            if (ids != null) {
                return of(ids);
            }
            if (filter == null) {
                throw OmenException.malformed(
                        "ids: found nothing, expected an array of strings, or filters");
            }
            return of(filter);
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    private static List<String> ids(JsonParser parser, int idsMax) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "ids", "an array of strings");
        }
        List<String> ids = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (ids.size() == idsMax) {
                throw new OmenException(
                        ErrorCode.TOO_LARGE,
                        "ids: found more than " + idsMax + ", expected at most " + idsMax);
            }
            String id = StrictJson.string(parser, "ids[" + ids.size() + "]");
            PointRules.checkId(id);
            ids.add(id);
        }
        return ids;
    }
}
