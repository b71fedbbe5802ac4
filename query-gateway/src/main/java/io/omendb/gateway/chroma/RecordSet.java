package io.omendb.gateway.chroma;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The body of add, update and upsert: records by columns, {@code ids[i]} with the rest at i. */
final class RecordSet {
    private static final int DIMENSION_LIKELY = 384;

    private @Nullable List<@Nullable String> ids;
    private @Nullable List<float @Nullable []> embeddings;
    private @Nullable List<@Nullable ObjectNode> metadatas;
    private @Nullable List<@Nullable String> documents;
    private @Nullable List<@Nullable String> uris;

    private RecordSet() {}

    /** Reads the body into records, some of whose parts may be null. */
    static List<Row> read(byte[] body, int recordsMax) {
        RecordSet set = new RecordSet();
        try (JsonParser parser = StrictJson.parser(body)) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(parser, "body", "an object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                if (parser.nextToken() != JsonToken.VALUE_NULL) {
                    set.read(field, parser);
                }
            }
            StrictJson.expectEnd(parser, "the body");
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
        return set.rows(recordsMax);
    }

    private void read(String field, JsonParser parser) throws IOException {
        switch (field) {
            case "ids" -> ids = list(parser, field, StrictJson::string);
            case "embeddings" -> embeddings = list(parser, field, RecordSet::embedding);
            case "metadatas" -> metadatas = list(parser, field, RecordSet::metadata);
            case "documents" -> documents = list(parser, field, StrictJson::string);
            case "uris" -> uris = list(parser, field, StrictJson::string);
            default -> parser.skipChildren(); // of a newer client
        }
    }

    /** Reads the value the parser stands on. */
    @FunctionalInterface
    interface Element<T> {
        T read(JsonParser parser, String field) throws IOException;
    }

    static <T> List<@Nullable T> list(JsonParser parser, String field, Element<T> element)
            throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, field, "a list");
        }
        List<@Nullable T> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            list.add(
                    parser.currentToken() == JsonToken.VALUE_NULL
                            ? null
                            : element.read(parser, field + "[" + list.size() + "]"));
        }
        return list;
    }

    /** An array of numbers, or the little-endian float32 of one in Base64. */
    static float[] embedding(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            return StrictJson.floats(parser, field, DIMENSION_LIKELY);
        }
        byte[] bytes;
        try {
            bytes = Base64.getDecoder().decode(parser.getText());
        } catch (IllegalArgumentException e) {
            throw StrictJson.unexpected(parser, field, "numbers, or float32 in Base64");
        }
        if (bytes.length % Float.BYTES != 0) {
            throw StrictJson.unexpected(parser, field, "numbers, or float32 in Base64");
        }
        float[] vector = new float[bytes.length / Float.BYTES];
        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(vector);
        return vector;
    }

    private static ObjectNode metadata(JsonParser parser, String field) throws IOException {
        ObjectNode metadata = StrictJson.object(parser, field);
        for (Map.Entry<String, JsonNode> each : metadata.properties()) {
            if (each.getKey().startsWith(Row.RESERVED)) {
                throw ChromaException.invalid(
                        field + ": found " + each.getKey() + ", a name that is reserved");
            }
        }
        return metadata;
    }

    private List<Row> rows(int recordsMax) {
        if (ids == null || ids.isEmpty()) {
            throw ChromaException.invalid("ids: expected a list that is not empty");
        }
        if (ids.size() > recordsMax) {
            throw ChromaException.invalid(
                    "ids: found " + ids.size() + ", expected at most " + recordsMax);
        }
        checkLength("embeddings", embeddings);
        checkLength("metadatas", metadatas);
        checkLength("documents", documents);
        checkLength("uris", uris);
        Set<String> seen = new HashSet<>();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            String id = ids.get(i);
            if (id == null || !seen.add(id)) {
                throw ChromaException.invalid(
                        "ids["
                                + i
                                + "]: "
                                + (id == null ? "found null" : "found " + id + " for a second time")
                                + ", expected an id of its own for each record");
            }
            rows.add(
                    new Row(
                            id,
                            at(embeddings, i),
                            at(metadatas, i),
                            at(documents, i),
                            at(uris, i),
                            0));
        }
        return rows;
    }

    private void checkLength(String field, @Nullable List<?> column) {
        if (ids != null && column != null && column.size() != ids.size()) {
            throw ChromaException.invalid(
                    field
                            + ": found "
                            + column.size()
                            + ", expected as many as ids, "
                            + ids.size());
        }
    }

    private static <T> @Nullable T at(@Nullable List<@Nullable T> column, int index) {
        return column == null ? null : column.get(index);
    }
}
