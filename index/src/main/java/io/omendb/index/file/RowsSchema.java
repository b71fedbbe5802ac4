package io.omendb.index.file;

import io.omendb.schema.FieldType;
import java.util.List;
import java.util.Map;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** The columns of a {@link RowsFile}: the fixed ones first, then one per declared field. */
final class RowsSchema {
    static final String ID = "id";
    static final String KEY_GROUP = "key_group";
    static final String SOURCE = "source";
    static final String OFFSET = "offset";
    static final String TIMESTAMP_MS = "timestamp_ms";
    static final String METADATA = "metadata";
    static final String TEXT = "text";

    /** Group and element names of a list, fixed by the Parquet format. */
    static final String LIST = "list";

    static final String ELEMENT = "element";

    /** All that a row is read back from; field columns repeat what the metadata says. */
    static final MessageType FIXED = schema(Map.of());

    private RowsSchema() {}

    static MessageType schema(Map<String, FieldType> fields) {
        Types.MessageTypeBuilder schema = Types.buildMessage();
        schema.addField(Types.required(PrimitiveTypeName.BINARY).as(string()).named(ID));
        schema.addField(Types.required(PrimitiveTypeName.INT32).named(KEY_GROUP));
        schema.addField(Types.required(PrimitiveTypeName.BINARY).as(string()).named(SOURCE));
        schema.addField(Types.required(PrimitiveTypeName.INT64).named(OFFSET));
        schema.addField(Types.required(PrimitiveTypeName.INT64).named(TIMESTAMP_MS));
        schema.addField(optionalString(METADATA));
        schema.addField(optionalString(TEXT));
        fields.forEach((name, type) -> schema.addField(field(fieldColumn(name), type)));
        return schema.named("row");
    }

    /** The column of a declared field. */
    static String fieldColumn(String field) {
        return "field." + field;
    }

    /** Columns whose values hardly repeat: a dictionary would be built and thrown away. */
    static List<String> distinctColumns() {
        return List.of(ID, OFFSET, TIMESTAMP_MS, METADATA, TEXT);
    }

    private static Type field(String column, FieldType type) {
        return switch (type) {
            case KEYWORD, TEXT -> optionalString(column);
            case KEYWORDS ->
                    Types.optionalList()
                            .requiredElement(PrimitiveTypeName.BINARY)
                            .as(string())
                            .named(column);
            case DOUBLE -> Types.optional(PrimitiveTypeName.DOUBLE).named(column);
            case LONG -> Types.optional(PrimitiveTypeName.INT64).named(column);
            case BOOL -> Types.optional(PrimitiveTypeName.BOOLEAN).named(column);
        };
    }

    private static Type optionalString(String column) {
        return Types.optional(PrimitiveTypeName.BINARY).as(string()).named(column);
    }

    private static LogicalTypeAnnotation string() {
        return LogicalTypeAnnotation.stringType();
    }
}
