package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What of a condition the shards can check by themselves: a filter that holds of every record that
 * the condition holds of. Where it also holds of others, the condition itself decides.
 *
 * @param filter null where every record passes
 * @param exact whether it holds of no other record
 */
record Pushdown(@Nullable ObjectNode filter, boolean exact) {
    /** Nothing: every record has to be looked at. */
    static final Pushdown NONE = new Pushdown(null, false);

    /** Whole numbers below this one are doubles without loss, and doubles below it are exact. */
    private static final double EXACT_BELOW = 0x1p53;

    /** Filters may not be nested deeper than 32 levels, of which this takes one at most. */
    private static final int DEPTH_MAX = 30;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** Of the whole of a condition. */
    static Pushdown of(Condition condition, CollectionSchema schema) {
        Pushdown pushed = condition.pushdown(schema);
        return depth(pushed.filter) > DEPTH_MAX ? NONE : pushed;
    }

    /** The filter as the shards take it; empty for none. */
    String json() {
        return filter == null ? "" : filter.toString();
    }

    /** Of a field that equals one of some values. A {@code keyword[]} is met by an element too. */
    static Pushdown oneOf(String field, List<JsonNode> values, CollectionSchema schema) {
        FieldType type = type(field, schema);
        if (type == null || type == FieldType.TEXT) {
            return NONE;
        }
        ArrayNode fitting = JSON.arrayNode();
        for (JsonNode value : values) {
            if (isNumber(type) && value.isNumber() && !isExact(type, value)) {
                return NONE;
            }
            if (fits(type, value)) {
                fitting.add(value);
            }
        }
        // Values of other types are met by nothing, and a list without values by no record.
        return new Pushdown(operator(field, "$in", fitting), type != FieldType.KEYWORDS);
    }

    /** Of a number in a range. */
    static Pushdown ordered(
            String field,
            boolean greater,
            boolean orEqual,
            JsonNode bound,
            CollectionSchema schema) {
        FieldType type = type(field, schema);
        if (type == null || !isNumber(type) || !isExact(type, bound)) {
            return NONE;
        }
        String operator = (greater ? "$gt" : "$lt") + (orEqual ? "e" : "");
        return new Pushdown(operator(field, operator, bound), true);
    }

    /** Of a list that has an element; the shards find it as the only value as well. */
    static Pushdown holds(String field, JsonNode element, CollectionSchema schema) {
        return type(field, schema) == FieldType.KEYWORDS && element.isTextual()
                ? new Pushdown(operator(field, "$contains", element), false)
                : NONE;
    }

    static Pushdown all(List<Pushdown> parts) {
        List<ObjectNode> filters = new ArrayList<>();
        parts.stream().map(Pushdown::filter).filter(Objects::nonNull).forEach(filters::add);
        boolean exact = parts.stream().allMatch(Pushdown::exact);
        return filters.isEmpty()
                ? new Pushdown(null, exact)
                : new Pushdown(joined("$and", filters), exact);
    }

    static Pushdown any(List<Pushdown> parts) {
        List<ObjectNode> filters = new ArrayList<>();
        for (Pushdown part : parts) {
            if (part.filter == null) {
                return new Pushdown(null, part.exact);
            }
            filters.add(part.filter);
        }
        return new Pushdown(joined("$or", filters), parts.stream().allMatch(Pushdown::exact));
    }

    /** The complement of more than enough would be too little. */
    Pushdown not() {
        return filter == null || !exact
                ? NONE
                : new Pushdown(JSON.objectNode().set("$not", filter), true);
    }

    private static @Nullable FieldType type(String field, CollectionSchema schema) {
        // What is stored under a reserved name is not the record's metadata.
        return field.startsWith(Row.RESERVED) ? null : schema.fields().get(field);
    }

    private static boolean isNumber(FieldType type) {
        return type == FieldType.LONG || type == FieldType.DOUBLE;
    }

    private static boolean fits(FieldType type, JsonNode value) {
        return switch (type) {
            case KEYWORD, KEYWORDS -> value.isTextual();
            case DOUBLE, LONG -> value.isNumber();
            case BOOL -> value.isBoolean();
            case TEXT -> false;
        };
    }

    /**
     * Whether shards compare with this number as conditions do: a long with whole numbers by all
     * digits, all else as doubles.
     */
    private static boolean isExact(FieldType type, JsonNode number) {
        return (type == FieldType.LONG && number.isIntegralNumber())
                || Math.abs(number.doubleValue()) < EXACT_BELOW;
    }

    private static ObjectNode operator(String field, String operator, JsonNode operand) {
        ObjectNode json = JSON.objectNode();
        json.putObject(field).set(operator, operand);
        return json;
    }

    private static ObjectNode joined(String operator, List<ObjectNode> filters) {
        if (filters.size() == 1) {
            return filters.get(0);
        }
        ObjectNode json = JSON.objectNode();
        json.putArray(operator).addAll(filters);
        return json;
    }

    private static int depth(@Nullable JsonNode json) {
        int deepest = 0;
        if (json != null) {
            for (JsonNode child : json) {
                deepest = Math.max(deepest, depth(child));
            }
        }
        return json != null && json.isObject() ? deepest + 1 : deepest;
    }
}
