package io.omendb.index.filter;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.OmenException;
import io.omendb.index.column.NumberRange;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Reads the Mongo-style JSON form of a filter: {@code
 * {"category":"a","price":{"$gte":1,"$lt":5},"$or":[{…},{…}]}}. Several keys mean and; a bare value
 * means {@code $eq}. Everything is checked here against the schema, so evaluation meets no
 * surprises.
 */
public final class FilterParser {
    static final int DEPTH_MAX = 32;

    private static final String OPERATORS =
            "$eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $and, $or, $not, $exists, $contains";

    private final CollectionSchema schema;

    private FilterParser(CollectionSchema schema) {
        this.schema = schema;
    }

    /**
     * Reads a filter.
     *
     * @throws OmenException MALFORMED where the shape is wrong; INVALID for an unknown operator, an
     *     undeclared field, or an operator or value that the field's type does not have
     */
    public static Filter parse(JsonNode filter, CollectionSchema schema) {
        return new FilterParser(schema).object(filter, "filters", 1);
    }

    private Filter object(JsonNode node, String path, int depth) {
        if (!node.isObject()) {
            throw OmenException.malformed(
                    path + ": found " + Json.describe(node) + ", expected an object");
        }
        if (depth > DEPTH_MAX) {
            throw OmenException.malformed(path + ": nested deeper than " + DEPTH_MAX + " levels");
        }
        List<Filter> parts = new ArrayList<>();
        Iterator<Map.Entry<String, JsonNode>> entries = node.fields();
        while (entries.hasNext()) {
            Map.Entry<String, JsonNode> entry = entries.next();
            String key = entry.getKey();
            String at = path + "." + key;
            parts.add(
                    key.startsWith("$")
                            ? logical(key, entry.getValue(), at, depth)
                            : field(key, entry.getValue(), at, depth));
        }
        return parts.size() == 1 ? parts.get(0) : new Filter.And(parts);
    }

    private Filter logical(String operator, JsonNode node, String path, int depth) {
        return switch (operator) {
            case "$and" -> new Filter.And(list(node, path, depth));
            case "$or" -> new Filter.Or(list(node, path, depth));
            case "$not" -> new Filter.Not(object(node, path, depth + 1));
            default -> throw unknownOperator(operator, path);
        };
    }

    private List<Filter> list(JsonNode node, String path, int depth) {
        if (!node.isArray() || node.isEmpty()) {
            throw OmenException.malformed(
                    path
                            + ": found "
                            + Json.describe(node)
                            + ", expected a non-empty array of filters");
        }
        List<Filter> parts = new ArrayList<>();
        for (int i = 0; i < node.size(); i++) {
            parts.add(object(node.get(i), path + "[" + i + "]", depth + 1));
        }
        return parts;
    }

    private Filter field(String field, JsonNode node, String path, int depth) {
        FieldType type = schema.fields().get(field);
        if (type == null) {
            throw OmenException.invalid(
                    path
                            + ": field \""
                            + field
                            + "\" is not declared in the collection's fields, found "
                            + schema.fields().keySet());
        }
        FieldFilterParser parser = new FieldFilterParser(field, type);
        if (!node.isObject()) {
            return parser.equalTo(node, path);
        }
        return fieldOperators(parser, node, path, depth);
    }

    private static Filter fieldOperators(
            FieldFilterParser parser, JsonNode node, String path, int depth) {
        if (node.isEmpty()) {
            throw OmenException.malformed(path + ": found an empty object, expected an operator");
        }
        if (depth > DEPTH_MAX) {
            throw OmenException.malformed(path + ": nested deeper than " + DEPTH_MAX + " levels");
        }
        List<Filter> parts = new ArrayList<>();
        Iterator<Map.Entry<String, JsonNode>> entries = node.fields();
        while (entries.hasNext()) {
            Map.Entry<String, JsonNode> entry = entries.next();
            JsonNode value = entry.getValue();
            String at = path + "." + entry.getKey();
            parts.add(
                    switch (entry.getKey()) {
                        case "$eq" -> parser.equalTo(value, at);
                        case "$ne" -> new Filter.Not(parser.equalTo(value, at));
                        case "$in" -> parser.in(value, at);
                        case "$nin" -> new Filter.Not(parser.in(value, at));
                        case "$gt" ->
                                parser.range(new NumberRange(value, false, null, true), value, at);
                        case "$gte" ->
                                parser.range(new NumberRange(value, true, null, true), value, at);
                        case "$lt" ->
                                parser.range(new NumberRange(null, true, value, false), value, at);
                        case "$lte" ->
                                parser.range(new NumberRange(null, true, value, true), value, at);
                        case "$contains" -> parser.contains(value, at);
                        case "$exists" -> parser.exists(value, at);
                        case "$not" -> {
                            if (!value.isObject()) {
                                throw OmenException.malformed(
                                        at
                                                + ": found "
                                                + Json.describe(value)
                                                + ", expected an object of operators");
                            }
                            yield new Filter.Not(fieldOperators(parser, value, at, depth + 1));
                        }
                        default -> throw unknownOperator(entry.getKey(), at);
                    });
        }
        return parts.size() == 1 ? parts.get(0) : new Filter.And(parts);
    }

    private static OmenException unknownOperator(String operator, String path) {
        return OmenException.invalid(
                path + ": unknown operator \"" + operator + "\", expected one of " + OPERATORS);
    }
}
