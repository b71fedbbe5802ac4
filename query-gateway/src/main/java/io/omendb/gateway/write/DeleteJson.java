package io.omendb.gateway.write;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.PointRules;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The body of a deletion: {@code {"ids": ["a", "b"]}}. */
final class DeleteJson {
    private DeleteJson() {}

    static List<String> read(byte[] body, int idsMax) {
        try (JsonParser parser = StrictJson.parser(body)) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "body", "an object with ids");
            }
            List<String> ids = null;
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "ids" -> ids = ids(parser, idsMax);
                    case "filters" ->
                            throw OmenException.invalid(
                                    "filters: delete by filter is not supported yet; search for"
                                            + " the ids and delete those");
                    default ->
                            throw OmenException.malformed(
                                    field + ": found an unknown field, expected ids");
                }
            }
            StrictJson.expectEnd(parser, "the body");
            if (ids == null) {
                throw OmenException.malformed("ids: found nothing, expected an array of strings");
            }
            return ids;
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
