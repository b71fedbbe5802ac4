package io.omendb.connectors.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.OmenException;
import io.omendb.record.Point;
import io.omendb.schema.FieldType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.ArrayData;
import org.apache.flink.table.data.GenericArrayData;
import org.apache.flink.table.data.GenericRowData;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.types.logical.ArrayType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * Which column of a table is what of a point: the primary key its id, one its vector, one perhaps
 * its text, and every other a metadata field of its name. Immutable.
 */
final class TableColumns implements Serializable {
    private static final long serialVersionUID = 1;
    private static final int NONE = -1;

    private final RowType row;
    private final int id;
    private final int vector;
    private final int text;

    private TableColumns(RowType row, int id, int vector, int text) {
        this.row = row;
        this.id = id;
        this.vector = vector;
        this.text = text;
    }

    /**
     * The columns of a table.
     *
     * @param key positions of the primary key's columns
     * @param textColumn null for none
     * @throws ValidationException naming the column that cannot be what it is to be
     */
    static TableColumns of(
            RowType row, int[] key, String vectorColumn, @Nullable String textColumn) {
        if (key.length != 1) {
            throw new ValidationException(
                    "An omendb table needs a primary key of one column, the id of a point: found "
                            + key.length
                            + " columns, expected PRIMARY KEY (id) NOT ENFORCED.");
        }
        int vector = row.getFieldIndex(vectorColumn);
        int text = textColumn == null ? NONE : row.getFieldIndex(textColumn);
        expect(row, key[0], isString(row.getTypeAt(key[0])), "the id is a STRING");
        if (vector < 0) {
            throw new ValidationException(
                    "'vector.column': found no column "
                            + vectorColumn
                            + ", expected one of type ARRAY<FLOAT> or ARRAY<DOUBLE>.");
        }
        expect(row, vector, isVector(row.getTypeAt(vector)), "ARRAY<FLOAT> or ARRAY<DOUBLE>");
        if (textColumn != null) {
            if (text < 0) {
                throw new ValidationException("'text.column': found no column " + textColumn + ".");
            }
            expect(row, text, isString(row.getTypeAt(text)), "the text is a STRING");
        }
        TableColumns columns = new TableColumns(row, key[0], vector, text);
        for (int i = 0; i < row.getFieldCount(); i++) {
            if (columns.isMetadata(i)) {
                expect(
                        row,
                        i,
                        MetadataValues.areKnown(row.getTypeAt(i)),
                        "metadata is of strings, numbers, booleans, dates and times, and arrays,"
                                + " rows and maps of these");
            }
        }
        return columns;
    }

    private static void expect(RowType row, int column, boolean holds, String expected) {
        if (!holds) {
            throw new ValidationException(
                    "Column "
                            + row.getFieldNames().get(column)
                            + ": found "
                            + row.getTypeAt(column).asSummaryString()
                            + ", expected: "
                            + expected
                            + ".");
        }
    }

    private static boolean isString(LogicalType type) {
        return type.is(LogicalTypeRoot.VARCHAR) || type.is(LogicalTypeRoot.CHAR);
    }

    private static boolean isVector(LogicalType type) {
        return type instanceof ArrayType array
                && (array.getElementType().is(LogicalTypeRoot.FLOAT)
                        || array.getElementType().is(LogicalTypeRoot.DOUBLE));
    }

    private boolean isMetadata(int column) {
        return column != id && column != vector && column != text;
    }

    int idColumn() {
        return id;
    }

    int vectorColumn() {
        return vector;
    }

    String idName() {
        return row.getFieldNames().get(id);
    }

    String vectorName() {
        return row.getFieldNames().get(vector);
    }

    /** The fields to declare for a collection that is made of the table. */
    Map<String, FieldType> declaredFields() {
        Map<String, FieldType> fields = new LinkedHashMap<>();
        for (int i = 0; i < row.getFieldCount(); i++) {
            FieldType type = isMetadata(i) ? MetadataValues.fieldType(row.getTypeAt(i)) : null;
            if (type != null) {
                fields.put(row.getFieldNames().get(i), type);
            }
        }
        return fields;
    }

    String id(RowData from) {
        if (from.isNullAt(id)) {
            throw OmenException.invalid(idName() + ": found NULL, expected the id of a point");
        }
        return from.getString(id).toString();
    }

    Point toPoint(RowData from) {
        String key = id(from);
        if (from.isNullAt(vector)) {
            throw OmenException.invalid(
                    vectorName() + " of " + key + ": found NULL, expected a vector");
        }
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        List<String> names = row.getFieldNames();
        for (int i = 0; i < row.getFieldCount(); i++) {
            if (isMetadata(i) && !from.isNullAt(i)) {
                JsonNode value = metadata(from, i);
                if (!value.isNull()) {
                    metadata.set(names.get(i), value);
                }
            }
        }
        return new Point(
                key,
                floats(from.getArray(vector), elementType()),
                metadata.isEmpty() ? null : metadata,
                text == NONE ? null : text(from, text),
                null,
                null);
    }

    /** The value of a metadata column; a JSON null for NULL. */
    JsonNode metadata(RowData from, int column) {
        LogicalType type = row.getTypeAt(column);
        Object value = RowData.createFieldGetter(type, column).getFieldOrNull(from);
        return value == null
                ? NullNode.getInstance()
                : json(row.getFieldNames().get(column), type, value);
    }

    private static JsonNode json(String name, LogicalType type, Object value) {
        try {
            return MetadataValues.toJson(type, value);
        } catch (OmenException e) {
            throw new OmenException(e.code(), name + ": " + e.getMessage(), e);
        }
    }

    /**
     * What an insert that names its columns changes of points.
     *
     * @return null where the vector is among them, so that points are written as a whole
     * @throws ValidationException naming the column that cannot be changed by itself
     */
    @Nullable ChangedColumns changedBy(List<String> named) {
        List<Integer> metadata = new ArrayList<>();
        boolean changesText = false;
        for (String name : named) {
            int column = row.getFieldIndex(name);
            if (column == vector) {
                return null;
            }
            changesText |= text != NONE && column == text;
            if (column >= 0 && isMetadata(column)) {
                metadata.add(column);
            }
        }
        return ChangedColumns.of(this, row, metadata, changesText ? text : NONE);
    }

    /** The text of a row, or null. */
    static @Nullable String text(RowData from, int column) {
        return from.isNullAt(column) ? null : from.getString(column).toString();
    }

    /**
     * Checks that points that are found fit the table, whatever they are without.
     *
     * @throws ValidationException naming the column that takes no null
     */
    void checkReadable() {
        for (int i = 0; i < row.getFieldCount(); i++) {
            if (i != id && i != vector && !row.getTypeAt(i).isNullable()) {
                throw new ValidationException(
                        "Column "
                                + row.getFieldNames().get(i)
                                + ": found NOT NULL, expected a column that may be NULL to search or"
                                + " look up: a point may be without it.");
            }
        }
    }

    private LogicalType elementType() {
        return ((ArrayType) row.getTypeAt(vector)).getElementType();
    }

    /**
     * A vector that a query brings.
     *
     * @throws OmenException INVALID where its elements are not those of the vector column, as far
     *     as that can be told
     */
    float[] query(ArrayData from) {
        return QueryVectors.read(from, elementType());
    }

    static float[] floats(ArrayData from, LogicalType element) {
        float[] vector = new float[from.size()];
        for (int i = 0; i < vector.length; i++) {
            if (from.isNullAt(i)) {
                throw OmenException.invalid("vector[" + i + "]: found NULL, expected a number");
            }
            vector[i] =
                    element.is(LogicalTypeRoot.FLOAT)
                            ? from.getFloat(i)
                            : (float) from.getDouble(i);
        }
        return vector;
    }

    /**
     * The row of a point that was found. A metadata field that is absent, or does not fit its
     * column, is null.
     *
     * @param more what comes after the table's own columns
     */
    RowData toRow(
            String key,
            float @Nullable [] components,
            @Nullable String words,
            Map<String, Object> metadata,
            Object... more) {
        GenericRowData found = new GenericRowData(row.getFieldCount() + more.length);
        for (int i = 0; i < row.getFieldCount(); i++) {
            Object value;
            if (i == id) {
                value = StringData.fromString(key);
            } else if (i == vector) {
                value = components == null ? null : array(components);
            } else if (i == text) {
                value = words == null ? null : StringData.fromString(words);
            } else {
                Object field = metadata.get(row.getFieldNames().get(i));
                value = field == null ? null : MetadataValues.fromJson(row.getTypeAt(i), field);
            }
            found.setField(i, value);
        }
        for (int i = 0; i < more.length; i++) {
            found.setField(row.getFieldCount() + i, more[i]);
        }
        return found;
    }

    private GenericArrayData array(float[] components) {
        if (elementType().is(LogicalTypeRoot.FLOAT)) {
            return new GenericArrayData(components);
        }
        double[] doubles = new double[components.length];
        for (int i = 0; i < doubles.length; i++) {
            doubles[i] = components[i];
        }
        return new GenericArrayData(doubles);
    }
}
