package io.omendb.record.arrow;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.MinimalPrettyPrinter;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.record.ByteStrings;
import io.omendb.record.StrictJson;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.vector.NullVector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.Field;

/** The metadata columns of a record batch, written as a JSON object a row. */
final class MetadataCells {
    /**
     * A bit becomes a name and {@code false}, once a row; so does each element of a list that is
     * all null, of which a stream need not hold a bit.
     */
    private static final long JSON_PER_BYTE = 64;

    private static final long JSON_BYTES_ALWAYS = 1 << 20;
    private static final long JSON_BYTES_MAX = 256 << 20;

    private final CollectionSchema schema;
    private final long jsonBytesMax;
    private final List<Column> columns = new ArrayList<>();
    private final Buffer buffer = new Buffer();
    private JsonGenerator json;

    private record Column(String name, ValueVector values, CellJson cells) {}

    /** Gives its bytes away without a copy, and takes no more than there is room for. */
    private static final class Buffer extends ByteArrayOutputStream {
        private long room;

        void open(long bytes) {
            reset();
            room = bytes;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            if (count + (long) length > room) {
                throw tooMuch();
            }
            super.write(bytes, offset, length);
        }

        void moveTo(ByteStrings.Builder into) {
            into.add(buf, 0, count);
            reset();
        }
    }

    private static OmenException tooMuch() {
        return new OmenException(
                ErrorCode.TOO_LARGE,
                "arrow: found columns that are more than "
                        + JSON_PER_BYTE
                        + " times the stream as JSON, or more than "
                        + JSON_BYTES_MAX
                        + " bytes; expected shorter names of columns, or fewer rows in one stream");
    }

    /**
     * The cells of a batch.
     *
     * @param streamBytes length of the stream, which bounds what its cells may become
     */
    MetadataCells(CollectionSchema schema, long streamBytes) {
        this.schema = schema;
        this.jsonBytesMax =
                Math.min(JSON_BYTES_MAX, JSON_BYTES_ALWAYS + JSON_PER_BYTE * streamBytes);
        this.json = generator(buffer);
    }

    private static JsonGenerator generator(Buffer buffer) {
        try {
            JsonGenerator json = StrictJson.factory().createGenerator(buffer);
            // Without it, a blank would part each object from the one before.
            json.setPrettyPrinter(new MinimalPrettyPrinter(""));
            return json;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    void add(String name, ValueVector values) {
        FieldType declared = schema.fields().get(name);
        if (declared != null && !fits(declared, values)) {
            throw OmenException.invalid(
                    "metadata."
                            + name
                            + ": found a column of "
                            + values.getField().getType()
                            + ", expected values of the declared type "
                            + declared.apiName());
        }
        columns.add(new Column(name, values, CellJson.of(name, values)));
    }

    /**
     * Adds the object of a row; null if the row has no field.
     *
     * @throws OmenException INVALID if a value breaks a rule; TOO_LARGE if it is too much together
     *     with what was added before
     */
    void write(int row, ByteStrings.Builder into) {
        buffer.open(jsonBytesMax - into.length());
        boolean any = false;
        try {
            for (Column column : columns) {
                if (!column.values.isNull(row)) {
                    if (!any) {
                        json.writeStartObject();
                        any = true;
                    }
                    json.writeFieldName(column.name);
                    column.cells.write(row, json);
                }
            }
            if (any) {
                json.writeEndObject();
                json.flush();
                buffer.moveTo(into);
            } else {
                into.add(null);
            }
        } catch (OmenException e) {
            // It stands in the middle of an object.
            json = generator(buffer);
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory", e);
        }
    }

    private static boolean fits(FieldType declared, ValueVector values) {
        if (values instanceof NullVector) {
            return true; // as writers have it that saw no value: every row is without the field
        }
        boolean strings = StringCells.areStrings(values);
        return switch (declared) {
            case KEYWORD, TEXT -> strings;
            case KEYWORDS -> strings || isListOfStrings(values);
            case DOUBLE -> CellJson.isNumber(values);
            case LONG -> CellJson.isInteger(values);
            case BOOL -> CellJson.isBool(values);
        };
    }

    private static boolean isListOfStrings(ValueVector values) {
        if (!(values instanceof ListVector list)) {
            return false;
        }
        if (list.getDataVector() instanceof NullVector nothing) {
            return nothing.getValueCount() == 0;
        }
        Field field = list.getDataVector().getField();
        return field.getDictionary() == null
                && StringCells.areStrings(list.getDataVector())
                && list.getDataVector().getNullCount() == 0;
    }
}
