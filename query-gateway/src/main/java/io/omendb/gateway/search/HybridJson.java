package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.omendb.OmenException;
import io.omendb.record.PointJson;
import io.omendb.record.SparseVector;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of one hybrid search, token by token. A null is as good as absent. */
final class HybridJson {
    private static final String KNOWN =
            "vector, text, text_fields, sparse, alpha, fusion, window, explain, "
                    + QueryJson.KNOWN_BESIDE;

    private final QueryJson base;
    private @Nullable String text;
    private List<String> textFields = List.of();
    private @Nullable SparseVector sparse;
    private @Nullable Double alpha;
    private Fusion.Kind kind = Fusion.Kind.WEIGHTED;
    private int window;
    private boolean explain;

    private HybridJson(int timeoutMsDefault) {
        base = new QueryJson(timeoutMsDefault);
    }

    static HybridQuery read(byte[] body, int timeoutMsDefault) {
        try (JsonParser parser = StrictJson.parser(body)) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw StrictJson.unexpected(
                        parser, "search", "an object with vector, text or sparse");
            }
            HybridJson json = new HybridJson(timeoutMsDefault);
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                boolean absent = parser.nextToken() == JsonToken.VALUE_NULL;
                json.read(field, parser, absent);
            }
            StrictJson.expectEnd(parser, "the search");
            return json.toQuery();
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    private void read(String field, JsonParser parser, boolean absent) throws IOException {
        switch (field) {
            case "text" -> text = absent ? null : StrictJson.string(parser, field);
            case "text_fields" -> textFields = absent ? List.of() : names(parser);
            case "sparse" -> sparse = absent ? null : PointJson.readSparse(parser);
            case "alpha" ->
                    alpha = absent ? null : (Double) alpha(StrictJson.number(parser, field));
            case "fusion" ->
                    kind = absent ? kind : Fusion.Kind.ofApiName(StrictJson.string(parser, field));
            case "window" -> window = absent ? 0 : window(StrictJson.integer(parser, field));
            case "explain" -> explain = !absent && StrictJson.bool(parser, field);
            case "vector" -> {
                if (!absent) {
                    base.tryRead(field, parser, false);
                    if (!base.hasComponents()) {
                        throw OmenException.invalid(
                                "vector: found 0 components, expected the collection's dimension,"
                                        + " or no vector");
                    }
                }
            }
            default -> {
                if (!base.tryRead(field, parser, absent)) {
                    throw OmenException.malformed(
                            field + ": found an unknown field, expected one of " + KNOWN);
                }
            }
        }
    }

    private static List<String> names(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw StrictJson.unexpected(parser, "text_fields", "an array of field names");
        }
        List<String> names = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            names.add(StrictJson.string(parser, "text_fields[" + names.size() + "]"));
        }
        return names;
    }

    static double alpha(double value) {
        if (!(value >= 0 && value <= 1)) {
            throw OmenException.invalid(
                    "alpha: found " + value + ", expected 0 to 1, the share of the dense part");
        }
        return value;
    }

    /** Here, because a number of 0 stands for none given. */
    private static int window(int value) {
        if (value < 1) {
            throw OmenException.invalid("window: found " + value + ", expected at least 1");
        }
        return value;
    }

    private HybridQuery toQuery() {
        return new HybridQuery(
                        base.toQuery(),
                        text,
                        textFields,
                        sparse,
                        Fusion.of(kind, alpha, window),
                        explain)
                .withAnyPart();
    }
}
