package io.omendb.gateway.search;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.index.device.DeviceChoice;
import io.omendb.record.StrictJson;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the JSON of one search, token by token. A null is as good as absent. */
final class QueryJson {
    /** What all searches know beside what they search for. */
    static final String KNOWN_BESIDE =
            "k, filters, include, exact, recall_target, params, consistency, timeout_ms,"
                    + " allow_partial";

    static final int K_DEFAULT = 10;

    private float @Nullable [] vector;
    private @Nullable String text;
    private int k = K_DEFAULT;
    private String filterJson = "";
    private Fields fields = Fields.OF_SEARCH;
    private boolean exact;
    private double recallTarget;
    private final Map<String, Double> params = new HashMap<>();
    private DeviceChoice device = DeviceChoice.AUTO;
    private Consistency consistency = Consistency.EVENTUAL;
    private int timeoutMs;
    private boolean allowPartial;

    QueryJson(int timeoutMsDefault) {
        timeoutMs = timeoutMsDefault;
    }

    /** Reads a query that is the whole body. */
    static Query read(byte[] body, int timeoutMsDefault) {
        try (JsonParser parser = StrictJson.parser(body)) {
            Query query = read(parser, timeoutMsDefault);
            StrictJson.expectEnd(parser, "the search");
            return query;
        } catch (IOException e) {
            throw StrictJson.malformed(e);
        }
    }

    /** Reads the query whose START_OBJECT the parser stands on. */
    static Query read(JsonParser parser, int timeoutMsDefault) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw StrictJson.unexpected(parser, "search", "an object with vector and k");
        }
        QueryJson json = new QueryJson(timeoutMsDefault);
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            boolean absent = parser.nextToken() == JsonToken.VALUE_NULL;
            if (!json.tryRead(field, parser, absent)) {
                throw OmenException.malformed(
                        field
                                + ": found an unknown field, expected one of vector, text, "
                                + KNOWN_BESIDE);
            }
        }
        json.checkEither();
        return json.toQuery();
    }

    private void checkEither() {
        if (vector == null && text == null) {
            throw OmenException.malformed(
                    "vector: found nothing, expected an array of numbers, or a text");
        }
        if (vector != null && text != null) {
            throw OmenException.malformed(
                    "text: found one beside a vector, expected one of the two (hybrid_search takes"
                            + " both)");
        }
    }

    boolean hasComponents() {
        return vector != null && vector.length > 0;
    }

    /** Reads a field's value; false for one that is none of a query's. */
    boolean tryRead(String field, JsonParser parser, boolean absent) throws IOException {
        switch (field) {
            case "vector" -> vector = absent ? null : StrictJson.floats(parser, field, 128);
            // A hybrid search has a text of its own.
            case "text" -> text = absent ? null : StrictJson.string(parser, field);
            case "k" -> k = absent ? k : StrictJson.integer(parser, field);
            case "filters" -> filterJson = absent ? "" : filter(parser);
            case "include" -> fields = absent ? fields : Fields.read(parser);
            case "exact" -> exact = !absent && StrictJson.bool(parser, field);
            case "recall_target" ->
                    recallTarget = absent ? 0 : recallTarget(StrictJson.number(parser, field));
            case "params" -> {
                if (!absent) {
                    params(parser);
                }
            }
            case "consistency" -> consistency = absent ? consistency : Consistency.read(parser);
            case "timeout_ms" -> timeoutMs = absent ? timeoutMs : StrictJson.integer(parser, field);
            case "allow_partial" -> allowPartial = !absent && StrictJson.bool(parser, field);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The filter as the shards want it, which know the operators; empty for no filter. */
    static String filter(JsonParser parser) throws IOException {
        return filter(StrictJson.uniqueObject(parser, "filters"));
    }

    static String filter(ObjectNode filter) {
        return filter.isEmpty() ? "" : filter.toString();
    }

    static double recallTarget(double target) {
        if (!(target > 0 && target <= 1)) {
            throw OmenException.invalid(
                    "recall_target: found " + target + ", expected more than 0 and at most 1");
        }
        return target;
    }

    private void params(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw StrictJson.unexpected(parser, "params", "an object of names and numbers");
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = "params." + parser.currentName();
            parser.nextToken();
            if (field.equals("params.device")) {
                device = DeviceChoice.ofApiName(StrictJson.string(parser, field));
                continue;
            }
            String name = parser.currentName();
            checkParam(name);
            params.put(name, param(field, StrictJson.number(parser, field)));
        }
    }

    /** A parameter that does nothing is most often a name misspelt. */
    static void checkParam(String name) {
        if (!name.equals("nprobe")) {
            throw OmenException.malformed(
                    "params." + name + ": found an unknown parameter, expected nprobe or device");
        }
    }

    static double param(String field, double value) {
        if (!Double.isFinite(value)) {
            throw OmenException.invalid(field + ": found " + value + ", expected a finite number");
        }
        return value;
    }

    /** What was read; without a vector it has an empty one. */
    Query toQuery() {
        return new Query(
                vector == null ? new float[0] : vector,
                text,
                k,
                filterJson,
                fields,
                new Query.Tuning(exact, recallTarget, params, device, false),
                consistency,
                timeoutMs,
                allowPartial);
    }
}
