package io.omendb.connectors.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.schema.FieldType;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.DecimalData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericMapData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.MapData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.data.TimestampData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.DecimalType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.MapType;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Values of columns as metadata, and back. Dates and times are texts of ISO 8601, decimals are
 * numbers.
 */
final class MetadataValues {
    private MetadataValues() {}

    /** Whether values of a type can be metadata. */
    static boolean areKnown(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case CHAR,
                    VARCHAR,
                    BOOLEAN,
                    TINYINT,
                    SMALLINT,
                    INTEGER,
                    BIGINT,
                    FLOAT,
                    DOUBLE,
                    DECIMAL,
                    DATE,
                    TIME_WITHOUT_TIME_ZONE,
                    TIMESTAMP_WITHOUT_TIME_ZONE,
                    TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                    true;
            case ARRAY -> areKnown(((ArrayType) type).getElementType());
            case ROW -> ((RowType) type).getChildren().stream().allMatch(MetadataValues::areKnown);
            case MAP ->
                    isText(((MapType) type).getKeyType())
                            && areKnown(((MapType) type).getValueType());
            default -> false;
        };
    }

    private static boolean isText(LogicalType type) {
        return type.is(LogicalTypeRoot.CHAR) || type.is(LogicalTypeRoot.VARCHAR);
    }

    /** What a field of a type is declared as; null for what cannot be filtered on. */
    static @Nullable FieldType fieldType(LogicalType type) {
        return switch (type.getTypeRoot()) {
            case CHAR,
                    VARCHAR,
                    DATE,
                    TIME_WITHOUT_TIME_ZONE,
                    TIMESTAMP_WITHOUT_TIME_ZONE,
                    TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                    FieldType.KEYWORD;
            case BOOLEAN -> FieldType.BOOL;
            case TINYINT, SMALLINT, INTEGER, BIGINT -> FieldType.LONG;
            case FLOAT, DOUBLE, DECIMAL -> FieldType.DOUBLE;
            case ARRAY -> isText(((ArrayType) type).getElementType()) ? FieldType.KEYWORDS : null;
            default -> null;
        };
    }

    /** A value, as Flink's tables have it inside, as JSON. */
    static JsonNode toJson(LogicalType type, Object value) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (type.getTypeRoot()) {
            case CHAR, VARCHAR -> json.textNode(value.toString());
            case BOOLEAN -> json.booleanNode((Boolean) value);
            case TINYINT, SMALLINT, INTEGER, BIGINT ->
                    json.numberNode(((Number) value).longValue());
            // The decimal that the float is written as, not what it is next to.
            case FLOAT -> json.numberNode(finite(Double.parseDouble(value.toString())));
            case DOUBLE -> json.numberNode(finite((Double) value));
            case DECIMAL -> json.numberNode(((DecimalData) value).toBigDecimal().doubleValue());
            case DATE -> json.textNode(LocalDate.ofEpochDay((Integer) value).toString());
            case TIME_WITHOUT_TIME_ZONE -> json.textNode(timeOf((Integer) value).toString());
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                    json.textNode(
                            DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(
                                    ((TimestampData) value).toLocalDateTime()));
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                    json.textNode(((TimestampData) value).toInstant().toString());
            case ARRAY -> array(((ArrayType) type).getElementType(), (ArrayData) value);
            case ROW -> object((RowType) type, (RowData) value);
            case MAP -> object((MapType) type, (MapData) value);
            default -> throw new IllegalArgumentException("no metadata: " + type);
        };
    }

    private static double finite(double value) {
        if (!Double.isFinite(value)) {
            throw OmenException.invalid("found " + value + ", expected a finite number");
        }
        return value;
    }

    private static LocalTime timeOf(int milliseconds) {
        return LocalTime.ofNanoOfDay(TimeUnit.MILLISECONDS.toNanos(milliseconds));
    }

    private static ArrayNode array(LogicalType element, ArrayData values) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(values.size());
        ArrayData.ElementGetter getter = ArrayData.createElementGetter(element);
        for (int i = 0; i < values.size(); i++) {
            Object value = getter.getElementOrNull(values, i);
            if (value == null) {
                array.addNull();
            } else {
                array.add(toJson(element, value));
            }
        }
        return array;
    }

    private static ObjectNode object(RowType type, RowData values) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < type.getFieldCount(); i++) {
            Object value = RowData.createFieldGetter(type.getTypeAt(i), i).getFieldOrNull(values);
            if (value != null) {
                object.set(type.getFieldNames().get(i), toJson(type.getTypeAt(i), value));
            }
        }
        return object;
    }

    private static ObjectNode object(MapType type, MapData values) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        ArrayData keys = values.keyArray();
        ArrayData.ElementGetter getter = ArrayData.createElementGetter(type.getValueType());
        for (int i = 0; i < values.size(); i++) {
            Object value = getter.getElementOrNull(values.valueArray(), i);
            if (keys.isNullAt(i)) {
                throw OmenException.invalid("found a NULL key, expected a string");
            }
            if (value != null) {
                object.set(keys.getString(i).toString(), toJson(type.getValueType(), value));
            }
        }
        return object;
    }

    /**
     * A value of metadata as Flink's tables have it inside; null where it does not fit.
     *
     * @param value a string, a number, a boolean, a list or a map
     */
    static @Nullable Object fromJson(LogicalType type, Object value) {
        try {
            return fitting(type, value);
        } catch (ArithmeticException
                | DateTimeException
                | ClassCastException
                | NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Object fitting(LogicalType type, Object value) {
        return switch (type.getTypeRoot()) {
            case CHAR, VARCHAR -> StringData.fromString(value.toString());
            case BOOLEAN -> (Boolean) value;
            case TINYINT -> (byte) whole(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case SMALLINT -> (short) whole(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case INTEGER -> (int) whole(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT -> whole(value, Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT -> ((Number) value).floatValue();
            case DOUBLE -> ((Number) value).doubleValue();
            case DECIMAL ->
                    DecimalData.fromBigDecimal(
                            new BigDecimal(value.toString()),
                            ((DecimalType) type).getPrecision(),
                            ((DecimalType) type).getScale());
            case DATE -> (int) LocalDate.parse((String) value).toEpochDay();
            case TIME_WITHOUT_TIME_ZONE ->
                    (int)
                            TimeUnit.NANOSECONDS.toMillis(
                                    LocalTime.parse((String) value).toNanoOfDay());
            case TIMESTAMP_WITHOUT_TIME_ZONE ->
                    TimestampData.fromLocalDateTime(LocalDateTime.parse((String) value));
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE ->
                    TimestampData.fromInstant(Instant.parse((String) value));
            case ARRAY -> {
                List<@Nullable Object> elements = new ArrayList<>();
                for (Object each : (List<?>) value) {
                    elements.add(
                            each == null
                                    ? null
                                    : fitting(((ArrayType) type).getElementType(), each));
                }
                yield new GenericArrayData(elements.toArray());
            }
            case ROW -> row((RowType) type, (Map<?, ?>) value);
            case MAP -> {
                Map<Object, @Nullable Object> entries = new HashMap<>();
                ((Map<?, ?>) value)
                        .forEach(
                                (key, each) ->
                                        entries.put(
                                                StringData.fromString(key.toString()),
                                                each == null
                                                        ? null
                                                        : fitting(
                                                                ((MapType) type).getValueType(),
                                                                each)));
                yield new GenericMapData(entries);
            }
            default -> null;
        };
    }

    private static GenericRowData row(RowType type, Map<?, ?> values) {
        GenericRowData row = new GenericRowData(type.getFieldCount());
        for (int i = 0; i < type.getFieldCount(); i++) {
            Object value = values.get(type.getFieldNames().get(i));
            row.setField(i, value == null ? null : fitting(type.getTypeAt(i), value));
        }
        return row;
    }

    private static long whole(Object value, long least, long most) {
        long whole = new BigDecimal(value.toString()).longValueExact();
        if (whole < least || whole > most) {
            throw new ArithmeticException(value + " is out of range");
        }
        return whole;
    }
}
