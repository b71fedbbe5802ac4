package io.omendb.gateway.arrow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionSchema;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.VarCharVector;

/**
 * The metadata of points: a typed column for each declared field, and one of JSON for what is not
 * declared. So a collection's answers have the same columns whatever their points hold.
 */
final class MetadataColumns {
    /** What is not declared, or not of the type declared, or called like another column. */
    static final String REST = "metadata";

    private final Map<String, DeclaredColumn> declared = new LinkedHashMap<>();
    private final VarCharVector rest;

    /**
     * Adds the columns to a table.
     *
     * @param taken names that mean something else in a table of points
     */
    MetadataColumns(ArrowTable table, CollectionSchema schema, Set<String> taken) {
        schema.fields()
                .forEach(
                        (name, type) -> {
                            if (!taken.contains(name)) {
                                declared.put(name, DeclaredColumn.in(table, name, type));
                            }
                        });
        rest = table.add(memory -> new VarCharVector(REST, memory));
    }

    void set(int row, ByteString json) {
        if (json.isEmpty()) {
            return;
        }
        if (declared.isEmpty()) {
            rest.setSafe(row, json.toByteArray());
            return;
        }
        ObjectNode left = StrictJson.object(json.toByteArray(), "metadata");
        declared.forEach(
                (name, column) -> {
                    JsonNode value = left.get(name);
                    if (value != null && (value.isNull() || column.trySet(row, value))) {
                        left.remove(name);
                    }
                });
        if (!left.isEmpty()) {
            rest.setSafe(row, left.toString().getBytes(StandardCharsets.UTF_8));
        }
    }
}
