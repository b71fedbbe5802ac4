package io.omendb.index.file;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.schema.FieldType;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code stats/minmax.json}: what values the declared fields of a segment have, for pruning and
 * planning. Taken while the rows are written. A JSON object, UTF-8, ended by a newline:
 *
 * <pre>
 * {"rows":3,"fields":{
 *   "price":{"type":"double","count":2,"min":1.5,"max":9.0},
 *   "category":{"type":"keyword","count":3,"distinct":2},
 *   "in_stock":{"type":"bool","count":3}}}
 * </pre>
 *
 * {@code count} is the number of rows that have the field. {@code min} and {@code max} are there
 * for {@code long} and {@code double} fields with a count above 0. {@code distinct} counts the
 * different strings of {@code keyword} fields, and of the elements of {@code keyword[]} fields.
 */
final class FieldStatistics {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Field> fields = new LinkedHashMap<>();

    FieldStatistics(Map<String, FieldType> declared) {
        declared.forEach((name, type) -> fields.put(name, Field.of(type)));
    }

    /** Counts a value of the field's type. */
    void add(String field, JsonNode value) {
        Field statistics = fields.get(field);
        if (statistics == null) {
            throw new IllegalArgumentException("field " + field + " is not declared");
        }
        statistics.count++;
        statistics.add(value);
    }

    /** Counts the values of a row. */
    void addRow(byte @Nullable [] metadata) {
        if (fields.isEmpty()) {
            return;
        }
        FieldValues values = FieldValues.of(metadata);
        fields.forEach(
                (name, field) -> {
                    JsonNode value = values.get(name, field.type);
                    if (value != null) {
                        add(name, value);
                    }
                });
    }

    /** The file's content. */
    byte[] toJson(int rows) {
        ObjectNode root = JSON.createObjectNode().put("rows", rows);
        ObjectNode all = root.putObject("fields");
        fields.forEach((name, field) -> field.describe(all.putObject(name)));
        return (root + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private abstract static class Field {
        final FieldType type;
        int count;

        Field(FieldType type) {
            this.type = type;
        }

        static Field of(FieldType type) {
            return switch (type) {
                case KEYWORD, KEYWORDS -> new Keywords(type);
                case LONG -> new Longs();
                case DOUBLE -> new Doubles();
                case BOOL, TEXT -> new Counted(type);
            };
        }

        abstract void add(JsonNode value);

        void describe(ObjectNode into) {
            into.put("type", type.apiName()).put("count", count);
        }
    }

    private static final class Counted extends Field {
        Counted(FieldType type) {
            super(type);
        }

        @Override
        void add(JsonNode value) {}
    }

    private static final class Keywords extends Field {
        private final Set<String> distinct = new HashSet<>();

        Keywords(FieldType type) {
            super(type);
        }

        @Override
        void add(JsonNode value) {
            if (value.isTextual()) {
                distinct.add(value.textValue());
            } else {
                value.forEach(element -> distinct.add(element.textValue()));
            }
        }

        @Override
        void describe(ObjectNode into) {
            super.describe(into);
            into.put("distinct", distinct.size());
        }
    }

    private static final class Longs extends Field {
        private long min = Long.MAX_VALUE;
        private long max = Long.MIN_VALUE;

        Longs() {
            super(FieldType.LONG);
        }

        @Override
        void add(JsonNode value) {
            min = Math.min(min, value.longValue());
            max = Math.max(max, value.longValue());
        }

        @Override
        void describe(ObjectNode into) {
            super.describe(into);
            if (count > 0) {
                into.put("min", min).put("max", max);
            }
        }
    }

    private static final class Doubles extends Field {
        private double min = Double.POSITIVE_INFINITY;
        private double max = Double.NEGATIVE_INFINITY;

        Doubles() {
            super(FieldType.DOUBLE);
        }

        @Override
        void add(JsonNode value) {
            min = Math.min(min, value.doubleValue());
            max = Math.max(max, value.doubleValue());
        }

        @Override
        void describe(ObjectNode into) {
            super.describe(into);
            if (count > 0) {
                into.put("min", min).put("max", max);
            }
        }
    }
}
