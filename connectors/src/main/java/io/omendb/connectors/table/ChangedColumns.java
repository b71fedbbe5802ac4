package io.omendb.connectors.table;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.record.Point;
import io.omendb.record.PointPatch;
import io.omendb.record.PointPatch.Part;
import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.LogicalTypeRoot;
import org.apache.flink.table.types.logical.RowType;
import org.jspecify.annotations.Nullable;

/**
 * The columns that an insert names beside the key, where the vector is none of them: what it
 * changes of points that are there. NULL takes a metadata field, or the text, away. Immutable.
 */
final class ChangedColumns implements Serializable {
    private static final long serialVersionUID = 1;

    private final TableColumns columns;
    private final RowType row;
    private final int[] metadata;
    private final int text;

    private ChangedColumns(TableColumns columns, RowType row, int[] metadata, int text) {
        this.columns = columns;
        this.row = row;
        this.metadata = metadata;
        this.text = text;
    }

    /**
     * The columns of an insert.
     *
     * @param text negative where the text stays
     * @throws ValidationException naming the column that cannot be changed by itself
     */
    static ChangedColumns of(TableColumns columns, RowType row, List<Integer> metadata, int text) {
        if (metadata.isEmpty() && text < 0) {
            throw new ValidationException(
                    "INSERT of the key alone: found no other column, expected the vector, or what is"
                            + " to be changed of the point.");
        }
        for (int column : metadata) {
            if (hasMap(row.getTypeAt(column))) {
                throw new ValidationException(
                        "Column "
                                + row.getFieldNames().get(column)
                                + ": found a MAP in an insert without the vector, expected the whole"
                                + " point: which of the keys there before are to go is not known.");
            }
        }
        return new ChangedColumns(
                columns, row, metadata.stream().mapToInt(Integer::intValue).toArray(), text);
    }

    /** Within arrays, which are replaced as a whole, it would do. */
    private static boolean hasMap(LogicalType type) {
        return type.is(LogicalTypeRoot.MAP)
                || type instanceof RowType nested
                        && nested.getChildren().stream().anyMatch(ChangedColumns::hasMap);
    }

    /** What a row makes of its point. */
    PointPatch toPatch(RowData from) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (int column : metadata) {
            JsonNode value = columns.metadata(from, column);
            if (value instanceof ObjectNode object
                    && row.getTypeAt(column) instanceof RowType nested) {
                addNulls(nested, object);
            }
            fields.set(row.getFieldNames().get(column), value);
        }
        return patch(from, fields, text < 0 ? null : TableColumns.text(from, text));
    }

    /** What is left of its point where a row is taken back. */
    PointPatch taken(RowData from) {
        ObjectNode fields = JsonNodeFactory.instance.objectNode();
        for (int column : metadata) {
            fields.putNull(row.getFieldNames().get(column));
        }
        return patch(from, fields, null);
    }

    private PointPatch patch(RowData from, ObjectNode fields, @Nullable String newText) {
        return new PointPatch(
                columns.id(from),
                Point.NO_VECTOR,
                fields.isEmpty() ? null : fields,
                newText,
                null,
                text >= 0 && newText == null ? Set.of(Part.TEXT) : Set.of());
    }

    /** A row replaces the one before: what it is without is to go, not to stay. */
    private static void addNulls(RowType type, ObjectNode object) {
        for (int i = 0; i < type.getFieldCount(); i++) {
            String name = type.getFieldNames().get(i);
            JsonNode value = object.get(name);
            if (value == null) {
                object.putNull(name);
            } else if (value instanceof ObjectNode inner
                    && type.getTypeAt(i) instanceof RowType nested) {
                addNulls(nested, inner);
            }
        }
    }
}
