package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads {@code where} and {@code where_document} with Chroma's rules of what is well-formed. */
final class ConditionParser {
    private static final String DOCUMENT_KEY = "#document";

    private ConditionParser() {}

    /** Of metadata; null and {@code {}} hold always. */
    static Condition where(@Nullable JsonNode json) {
        return isNothing(json) ? Condition.ALWAYS : whereObject(json);
    }

    /** Of the document; null and {@code {}} hold always. */
    static Condition document(@Nullable JsonNode json) {
        return isNothing(json) ? Condition.ALWAYS : documentObject(json);
    }

    private static boolean isNothing(@Nullable JsonNode json) {
        return json == null || json.isNull() || (json.isObject() && json.isEmpty());
    }

    private static Condition whereObject(@Nullable JsonNode json) {
        Map.Entry<String, JsonNode> only = only("where", json);
        String key = only.getKey();
        JsonNode value = only.getValue();
        if (key.equals("$and") || key.equals("$or")) {
            return joined(key, value, ConditionParser::whereObject);
        }
        if (key.startsWith("$")) {
            throw ChromaException.invalid(
                    "where: found " + key + ", expected $and, $or or the name of a field");
        }
        if (key.equals(DOCUMENT_KEY)) {
            return documentObject(value);
        }
        return value.isObject() ? operator(key, value) : equal(key, "$eq", value);
    }

    private static Condition operator(String field, JsonNode json) {
        Map.Entry<String, JsonNode> only = only("where." + field, json);
        String operator = only.getKey();
        JsonNode operand = only.getValue();
        return switch (operator) {
            case "$eq" -> equal(field, operator, operand);
            case "$ne" -> new Condition.Not(equal(field, operator, operand));
            case "$in" -> in(field, operator, operand);
            case "$nin" -> new Condition.Not(in(field, operator, operand));
            case "$gt" -> ordered(field, operator, true, false, operand);
            case "$gte" -> ordered(field, operator, true, true, operand);
            case "$lt" -> ordered(field, operator, false, false, operand);
            case "$lte" -> ordered(field, operator, false, true, operand);
            case "$contains" -> new Condition.Holds(field, scalar(field, operator, operand));
            case "$not_contains" ->
                    new Condition.Not(new Condition.Holds(field, scalar(field, operator, operand)));
            default ->
                    throw ChromaException.invalid(
                            "where."
                                    + field
                                    + ": found operator "
                                    + operator
                                    + ", expected one of $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin,"
                                    + " $contains, $not_contains");
        };
    }

    private static Condition equal(String field, String operator, JsonNode operand) {
        return new Condition.OneOf(field, List.of(scalar(field, operator, operand)));
    }

    private static Condition in(String field, String operator, JsonNode operand) {
        if (!operand.isArray() || operand.isEmpty()) {
            throw ChromaException.invalid(
                    "where." + field + "." + operator + ": expected a list that is not empty");
        }
        List<JsonNode> values = new ArrayList<>();
        operand.forEach(value -> values.add(scalar(field, operator, value)));
        return new Condition.OneOf(field, values);
    }

    private static Condition ordered(
            String field, String operator, boolean greater, boolean orEqual, JsonNode operand) {
        if (!operand.isNumber()) {
            throw ChromaException.invalid(
                    "where." + field + "." + operator + ": expected a number, found " + operand);
        }
        return new Condition.Ordered(field, greater, orEqual, operand);
    }

    private static JsonNode scalar(String field, String operator, JsonNode operand) {
        if (!operand.isTextual() && !operand.isNumber() && !operand.isBoolean()) {
            throw ChromaException.invalid(
                    "where."
                            + field
                            + "."
                            + operator
                            + ": expected a string, a number or a boolean, found "
                            + operand);
        }
        return operand;
    }

    private static Condition documentObject(@Nullable JsonNode json) {
        Map.Entry<String, JsonNode> only = only("where_document", json);
        String operator = only.getKey();
        JsonNode operand = only.getValue();
        return switch (operator) {
            case "$and", "$or" -> joined(operator, operand, ConditionParser::documentObject);
            case "$contains" -> new Condition.Text(text(operator, operand));
            case "$not_contains" -> new Condition.Not(new Condition.Text(text(operator, operand)));
            case "$regex" -> new Condition.Regex(pattern(operator, operand));
            case "$not_regex" -> new Condition.Not(new Condition.Regex(pattern(operator, operand)));
            default ->
                    throw ChromaException.invalid(
                            "where_document: found operator "
                                    + operator
                                    + ", expected one of $contains, $not_contains, $regex,"
                                    + " $not_regex, $and, $or");
        };
    }

    private static String text(String operator, JsonNode operand) {
        if (!operand.isTextual() || operand.textValue().isEmpty()) {
            throw ChromaException.invalid(
                    "where_document."
                            + operator
                            + ": expected a string that is not empty, found "
                            + operand);
        }
        return operand.textValue();
    }

    private static BoundedPattern pattern(String operator, JsonNode operand) {
        try {
            return BoundedPattern.compile(text(operator, operand));
        } catch (PatternSyntaxException e) {
            throw ChromaException.invalid(
                    "where_document."
                            + operator
                            + ": found "
                            + operand
                            + ", which is no regular expression: "
                            + e.getDescription());
        }
    }

    private static Condition joined(
            String key, JsonNode list, Function<JsonNode, Condition> reader) {
        if (!list.isArray() || list.isEmpty()) {
            throw ChromaException.invalid(key + ": expected a list of conditions, found " + list);
        }
        List<Condition> parts = new ArrayList<>();
        list.forEach(each -> parts.add(reader.apply(each)));
        return key.equals("$and") ? new Condition.All(parts) : new Condition.Any(parts);
    }

    private static Map.Entry<String, JsonNode> only(String field, @Nullable JsonNode json) {
        if (json == null || !json.isObject() || json.size() != 1) {
            throw ChromaException.invalid(
                    "Expected "
                            + field
                            + " to be an object with exactly one field or operator, found "
                            + json);
        }
        return json.properties().iterator().next();
    }
}
