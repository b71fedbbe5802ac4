package io.omendb.index.column;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.FieldType;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The declared metadata fields of a segment's rows, a column each. Same sharing rules as {@link
 * IntColumn}.
 */
public final class FieldColumns {
    private static final ObjectReader JSON = new ObjectMapper().readerFor(JsonNode.class);

    private final Map<String, FieldColumn> columns = new LinkedHashMap<>();

    public FieldColumns(Map<String, FieldType> fields) {
        fields.forEach((name, type) -> columns.put(name, FieldColumn.of(type)));
    }

    /**
     * Writes the fields of the next row.
     *
     * @param metadataJson the row's metadata object, checked against the schema before; null for
     *     none
     */
    public void append(int row, byte @Nullable [] metadataJson) {
        if (columns.isEmpty()) {
            return;
        }
        JsonNode metadata = metadataJson == null ? null : parse(metadataJson);
        for (Map.Entry<String, FieldColumn> column : columns.entrySet()) {
            JsonNode value = metadata == null ? null : metadata.get(column.getKey());
            column.getValue().append(row, value == null || value.isNull() ? null : value);
        }
    }

    /** The column of a declared field. */
    public FieldColumn column(String field) {
        FieldColumn column = columns.get(field);
        if (column == null) {
            throw OmenException.invalid("filters: field \"" + field + "\" is not declared");
        }
        return column;
    }

    /**
     * Indexes all columns once they have stopped growing: conditions on them cost by how many rows
     * match, and estimates are exact. Takes about a fifth of a second a million rows and field, so
     * this is for a background thread; readers go on meanwhile.
     *
     * @param rows rows appended
     */
    public void freeze(int rows) {
        columns.values().forEach(column -> column.freeze(rows));
    }

    /** Heap bytes of all columns. */
    public long bytes() {
        return columns.values().stream().mapToLong(FieldColumn::bytes).sum();
    }

    private static JsonNode parse(byte[] json) {
        try {
            return JSON.readValue(json);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.INTERNAL, "stored metadata is not JSON", e);
        }
    }
}
