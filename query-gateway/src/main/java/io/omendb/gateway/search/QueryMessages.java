package io.omendb.gateway.search;

import io.omendb.OmenException;
import io.omendb.gateway.freshness.Token;
import io.omendb.gateway.http.Limits;
import io.omendb.index.device.DeviceChoice;
import io.omendb.protocol.v1.ScrollPosition;
import io.omendb.record.SparseVector;
import io.omendb.record.StrictJson;
import io.omendb.v1.CountRequest;
import io.omendb.v1.HybridSearchRequest;
import io.omendb.v1.Include;
import io.omendb.v1.ScrollRequest;
import io.omendb.v1.SearchRequest;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what is asked from messages: the same records that JSON is read into. */
final class QueryMessages {
    private QueryMessages() {}

    static Query query(SearchRequest message, Limits limits) {
        float[] vector = new float[message.getVectorCount()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = message.getVector(i);
        }
        if (message.hasText() && vector.length > 0) {
            throw OmenException.malformed(
                    "text: found one beside a vector, expected one of the two");
        }
        return new Query(
                vector,
                message.hasText() ? message.getText() : null,
                message.hasK() ? message.getK() : QueryJson.K_DEFAULT,
                filter(message.getFilterJson()),
                message.hasInclude() ? fields(message.getInclude(), true) : Fields.OF_SEARCH,
                tuning(message),
                consistency(message.getConsistency()),
                message.hasTimeoutMs() ? message.getTimeoutMs() : limits.timeoutMs(),
                message.getAllowPartial());
    }

    private static Query.Tuning tuning(SearchRequest message) {
        Map<String, Double> params = new HashMap<>();
        message.getParamsMap()
                .forEach(
                        (name, value) -> {
                            QueryJson.checkParam(name);
                            params.put(name, QueryJson.param("params." + name, value));
                        });
        return new Query.Tuning(
                message.getExact(),
                message.hasRecallTarget() ? QueryJson.recallTarget(message.getRecallTarget()) : 0,
                params,
                message.getDevice().isEmpty()
                        ? DeviceChoice.AUTO
                        : DeviceChoice.ofApiName(message.getDevice()),
                false);
    }

    static HybridQuery query(HybridSearchRequest message, Limits limits) {
        Fusion.Kind kind =
                message.getFusion().isEmpty()
                        ? Fusion.Kind.WEIGHTED
                        : Fusion.Kind.ofApiName(message.getFusion());
        if (message.getSearch().hasText()) {
            throw OmenException.malformed(
                    "search.text: found one, expected the text in the field text");
        }
        Double alpha = message.hasAlpha() ? (Double) HybridJson.alpha(message.getAlpha()) : null;
        return new HybridQuery(
                        query(message.getSearch(), limits),
                        message.hasText() ? message.getText() : null,
                        List.copyOf(message.getTextFieldsList()),
                        message.hasSparse() ? sparse(message.getSparse()) : null,
                        Fusion.of(kind, alpha, message.getWindow()),
                        message.getExplain())
                .withAnyPart();
    }

    private static SparseVector sparse(io.omendb.v1.SparseVector message) {
        int[] indices = new int[message.getIndicesCount()];
        for (int i = 0; i < indices.length; i++) {
            indices[i] = message.getIndices(i);
        }
        float[] values = new float[message.getValuesCount()];
        for (int i = 0; i < values.length; i++) {
            values[i] = message.getValues(i);
        }
        return SparseVector.sent(indices, values);
    }

    static CountJson count(CountRequest message, Limits limits) {
        return new CountJson(
                filter(message.getFilterJson()),
                consistency(message.getConsistency()),
                message.hasTimeoutMs() ? message.getTimeoutMs() : limits.timeoutMs());
    }

    static ScrollJson scroll(ScrollRequest message, Limits limits) {
        ScrollPosition after =
                message.getCursor().isEmpty() ? null : ScrollCursor.read(message.getCursor());
        return new ScrollJson(
                filter(message.getFilterJson()),
                message.hasLimit() ? message.getLimit() : ScrollJson.LIMIT_DEFAULT,
                after,
                message.hasInclude() ? fields(message.getInclude(), false) : Fields.OF_SCROLL,
                consistency(message.getConsistency()),
                message.hasTimeoutMs() ? message.getTimeoutMs() : limits.timeoutMs());
    }

    static Fields fields(Include include, boolean distance) {
        return new Fields(distance, include.getMetadata(), include.getVector());
    }

    private static String filter(String json) {
        return json.isEmpty()
                ? ""
                : QueryJson.filter(
                        StrictJson.uniqueObject(
                                json.getBytes(StandardCharsets.UTF_8), "filter_json"));
    }

    private static Consistency consistency(io.omendb.v1.Consistency message) {
        return switch (message.getLevelCase()) {
            case STRONG -> message.getStrong() ? Consistency.STRONG : Consistency.EVENTUAL;
            case COMMITTED -> message.getCommitted() ? Consistency.COMMITTED : Consistency.EVENTUAL;
            case AFTER -> Consistency.after(tokens(message.getAfter().getTokensList()));
            case BOUNDED_MS -> Consistency.bounded(message.getBoundedMs());
            case EVENTUAL, LEVEL_NOT_SET -> Consistency.EVENTUAL;
        };
    }

    private static List<Token> tokens(List<String> tokens) {
        return tokens.stream().map(token -> Token.parse("consistency.after", token)).toList();
    }
}
