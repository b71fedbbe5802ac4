package io.omendb.index.filter;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.schema.FieldType;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a filter means, said in the plainest way: one JSON row against one JSON filter. */
record FilterOracle(Map<String, FieldType> fields) {

    boolean matches(JsonNode filter, @Nullable JsonNode row) {
        for (Map.Entry<String, JsonNode> entry : filter.properties()) {
            JsonNode operand = entry.getValue();
            boolean holds =
                    switch (entry.getKey()) {
                        case "$and" -> any(operand, row, false);
                        case "$or" -> any(operand, row, true);
                        case "$not" -> !matches(operand, row);
                        default -> field(entry.getKey(), operand, row);
                    };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    private boolean any(JsonNode filters, @Nullable JsonNode row, boolean wanted) {
        for (JsonNode filter : filters) {
            if (matches(filter, row) == wanted) {
                return wanted;
            }
        }
        return !wanted;
    }

    private boolean field(String field, JsonNode operand, @Nullable JsonNode row) {
        JsonNode value = row == null || row.path(field).isNull() ? null : row.get(field);
        return operand.isObject() ? operators(field, operand, value) : equal(field, value, operand);
    }

    private boolean operators(String field, JsonNode operators, @Nullable JsonNode value) {
        for (Map.Entry<String, JsonNode> entry : operators.properties()) {
            JsonNode operand = entry.getValue();
            boolean holds =
                    switch (entry.getKey()) {
                        case "$eq", "$contains" -> equal(field, value, operand);
                        case "$ne" -> !equal(field, value, operand);
                        case "$in" -> in(field, value, operand);
                        case "$nin" -> !in(field, value, operand);
                        case "$gt" -> value != null && compare(field, value, operand) > 0;
                        case "$gte" -> value != null && compare(field, value, operand) >= 0;
                        case "$lt" -> value != null && compare(field, value, operand) < 0;
                        case "$lte" -> value != null && compare(field, value, operand) <= 0;
                        case "$exists" -> (value != null) == operand.booleanValue();
                        case "$not" -> !operators(field, operand, value);
                        default -> throw new IllegalStateException(entry.getKey());
                    };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    private boolean in(String field, @Nullable JsonNode value, JsonNode operands) {
        for (JsonNode operand : operands) {
            if (equal(field, value, operand)) {
                return true;
            }
        }
        return false;
    }

    private boolean equal(String field, @Nullable JsonNode value, JsonNode operand) {
        if (value == null) {
            return false;
        }
        return switch (type(field)) {
            case KEYWORD -> value.textValue().equals(operand.textValue());
            case KEYWORDS -> elements(value).contains(operand.textValue());
            case TEXT -> {
                Set<String> wanted = terms(operand.textValue());
                yield !wanted.isEmpty() && terms(value.textValue()).containsAll(wanted);
            }
            case BOOL -> value.booleanValue() == operand.booleanValue();
            case LONG, DOUBLE -> compare(field, value, operand) == 0;
        };
    }

    private int compare(String field, JsonNode value, JsonNode operand) {
        if (type(field) == FieldType.DOUBLE) {
            double left = value.doubleValue();
            double right = operand.doubleValue();
            return left < right ? -1 : left > right ? 1 : 0;
        }
        return BigDecimal.valueOf(value.longValue()).compareTo(exact(operand));
    }

    private FieldType type(String field) {
        FieldType type = fields.get(field);
        if (type == null) {
            throw new IllegalStateException(field);
        }
        return type;
    }

    private static BigDecimal exact(JsonNode number) {
        return number.isIntegralNumber()
                ? new BigDecimal(number.bigIntegerValue())
                : new BigDecimal(number.doubleValue());
    }

    private static Set<String> elements(JsonNode value) {
        Set<String> elements = new HashSet<>();
        if (value.isTextual()) {
            elements.add(value.textValue());
        }
        value.forEach(element -> elements.add(element.textValue()));
        return elements;
    }

    private static Set<String> terms(String text) {
        Set<String> terms =
                new HashSet<>(Arrays.asList(text.toLowerCase(Locale.ROOT).split("[^a-z0-9]+")));
        terms.remove("");
        return terms;
    }
}
