package io.omendb.index.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.schema.FieldType;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.jspecify.annotations.Nullable;

/** Takes a row apart into the columns of {@link RowsSchema}. Used by one thread. */
final class RowWriteSupport extends WriteSupport<RowImage> {
    private final Map<String, FieldType> fields;
    private final FieldStatistics statistics;
    private @Nullable RecordConsumer consumer;

    /**
     * Support for one file.
     *
     * @param statistics is told every field value written
     */
    RowWriteSupport(Map<String, FieldType> fields, FieldStatistics statistics) {
        this.fields = fields;
        this.statistics = statistics;
    }

    @Override
    public WriteContext init(Configuration configuration) {
        throw new UnsupportedOperationException("rows are written without Hadoop");
    }

    @Override
    public WriteContext init(ParquetConfiguration configuration) {
        return new WriteContext(RowsSchema.schema(fields), Map.of());
    }

    @Override
    public void prepareForWrite(RecordConsumer recordConsumer) {
        consumer = recordConsumer;
    }

    @Override
    public void write(RowImage row) {
        RecordConsumer out = consumer;
        if (out == null) {
            throw new IllegalStateException("written before it was prepared");
        }
        out.startMessage();
        writeBytes(out, 0, RowsSchema.ID, row.id());
        out.startField(RowsSchema.KEY_GROUP, 1);
        out.addInteger(row.keyGroup());
        out.endField(RowsSchema.KEY_GROUP, 1);
        out.startField(RowsSchema.SOURCE, 2);
        out.addBinary(Binary.fromString(row.source()));
        out.endField(RowsSchema.SOURCE, 2);
        writeLong(out, 3, RowsSchema.OFFSET, row.offset());
        writeLong(out, 4, RowsSchema.TIMESTAMP_MS, row.timestampMs());
        writeBytes(out, 5, RowsSchema.METADATA, row.metadata());
        writeBytes(out, 6, RowsSchema.TEXT, row.text());
        writeFields(out, row.metadata());
        out.endMessage();
    }

    private void writeFields(RecordConsumer out, byte @Nullable [] metadata) {
        if (fields.isEmpty()) {
            return;
        }
        FieldValues values = FieldValues.of(metadata);
        int index = RowsSchema.FIXED.getFieldCount();
        for (Map.Entry<String, FieldType> field : fields.entrySet()) {
            JsonNode value = values.get(field.getKey(), field.getValue());
            if (value != null) {
                String column = RowsSchema.fieldColumn(field.getKey());
                out.startField(column, index);
                writeValue(out, field.getValue(), value);
                out.endField(column, index);
                statistics.add(field.getKey(), value);
            }
            index++;
        }
    }

    private static void writeValue(RecordConsumer out, FieldType type, JsonNode value) {
        switch (type) {
            case KEYWORD, TEXT -> out.addBinary(Binary.fromString(value.textValue()));
            case KEYWORDS -> writeStrings(out, value);
            case DOUBLE -> out.addDouble(value.doubleValue());
            case LONG -> out.addLong(value.longValue());
            case BOOL -> out.addBoolean(value.booleanValue());
        }
    }

    private static void writeStrings(RecordConsumer out, JsonNode value) {
        out.startGroup();
        if (value.isTextual()) {
            out.startField(RowsSchema.LIST, 0);
            writeElement(out, value);
            out.endField(RowsSchema.LIST, 0);
        } else if (!value.isEmpty()) {
            out.startField(RowsSchema.LIST, 0);
            value.forEach(element -> writeElement(out, element));
            out.endField(RowsSchema.LIST, 0);
        }
        out.endGroup();
    }

    private static void writeElement(RecordConsumer out, JsonNode element) {
        out.startGroup();
        out.startField(RowsSchema.ELEMENT, 0);
        out.addBinary(Binary.fromString(element.textValue()));
        out.endField(RowsSchema.ELEMENT, 0);
        out.endGroup();
    }

    private static void writeLong(RecordConsumer out, int index, String column, long value) {
        out.startField(column, index);
        out.addLong(value);
        out.endField(column, index);
    }

    private static void writeBytes(
            RecordConsumer out, int index, String column, byte @Nullable [] value) {
        if (value != null) {
            out.startField(column, index);
            out.addBinary(Binary.fromConstantByteArray(value));
            out.endField(column, index);
        }
    }
}
