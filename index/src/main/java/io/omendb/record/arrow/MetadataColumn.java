package io.omendb.record.arrow;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.impl.UnionListWriter;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/** One field of the metadata of points that are collected. */
final class MetadataColumn {
    private static final long BYTES_ALWAYS = 400;

    private final String name;
    private final Type type;
    private final List<@Nullable JsonNode> values = new ArrayList<>();

    /** What a column can hold. */
    enum Type {
        STRING(Integer.BYTES),
        LONG(Long.BYTES),
        DOUBLE(Double.BYTES),
        BOOL(1),
        STRINGS(Integer.BYTES);

        /** The most that every row takes in the stream, with a value or without. */
        final int rowBytes;

        Type(int valueBytes) {
            this.rowBytes = valueBytes + 1; // of its validity, an eighth
        }

        /** The type of a value; null if there is none. */
        static @Nullable Type of(JsonNode value) {
            if (value.isTextual()) {
                return STRING;
            }
            if (value.isIntegralNumber() && value.canConvertToLong()) {
                return LONG;
            }
            if (value.isDouble() || value.isFloat()) {
                return Double.isFinite(value.doubleValue()) ? DOUBLE : null;
            }
            if (value.isBoolean()) {
                return BOOL;
            }
            if (!value.isArray()) {
                return null;
            }
            for (JsonNode element : value) {
                if (!element.isTextual()) {
                    return null;
                }
            }
            return STRINGS;
        }
    }

    private MetadataColumn(String name, Type type) {
        this.name = name;
        this.type = type;
    }

    static MetadataColumn of(String name, JsonNode value) {
        Type type = Type.of(value);
        if (type == null) {
            throw new IllegalArgumentException("no column for " + value);
        }
        return new MetadataColumn(name, type);
    }

    Type type() {
        return type;
    }

    void set(int row, JsonNode value) {
        while (values.size() < row) {
            values.add(null);
        }
        values.add(value);
    }

    /**
     * The most that a value takes in the stream beside what every row takes; a character may take
     * three bytes.
     */
    static long bytes(JsonNode value) {
        if (value.isTextual()) {
            return 3L * value.textValue().length();
        }
        long bytes = 0;
        for (JsonNode element : value) {
            bytes += Integer.BYTES + bytes(element);
        }
        return bytes;
    }

    /** Bytes that a column takes by itself: its schema, and what is told of its buffers. */
    static long bytesAlways(String name) {
        return BYTES_ALWAYS + 3L * name.length();
    }

    /** The whole column; the caller closes it. */
    FieldVector write(int rows, BufferAllocator allocator) {
        return switch (type) {
            case STRING -> strings(rows, new VarCharVector(name, allocator));
            case LONG -> longs(rows, new BigIntVector(name, allocator));
            case DOUBLE -> doubles(rows, new Float8Vector(name, allocator));
            case BOOL -> bools(rows, new BitVector(name, allocator));
            case STRINGS -> lists(rows, ListVector.empty(name, allocator), allocator);
        };
    }

    private FieldVector strings(int rows, VarCharVector column) {
        column.allocateNew(rows);
        for (int row = 0; row < values.size(); row++) {
            JsonNode value = values.get(row);
            if (value != null) {
                column.setSafe(row, value.textValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        column.setValueCount(rows);
        return column;
    }

    private FieldVector longs(int rows, BigIntVector column) {
        column.allocateNew(rows);
        for (int row = 0; row < values.size(); row++) {
            JsonNode value = values.get(row);
            if (value != null) {
                column.set(row, value.longValue());
            }
        }
        column.setValueCount(rows);
        return column;
    }

    private FieldVector doubles(int rows, Float8Vector column) {
        column.allocateNew(rows);
        for (int row = 0; row < values.size(); row++) {
            JsonNode value = values.get(row);
            if (value != null) {
                column.set(row, value.doubleValue());
            }
        }
        column.setValueCount(rows);
        return column;
    }

    private FieldVector bools(int rows, BitVector column) {
        column.allocateNew(rows);
        for (int row = 0; row < values.size(); row++) {
            JsonNode value = values.get(row);
            if (value != null) {
                column.set(row, value.booleanValue() ? 1 : 0);
            }
        }
        column.setValueCount(rows);
        return column;
    }

    private FieldVector lists(int rows, ListVector column, BufferAllocator allocator) {
        // Where no list has an element, nothing else would say what they are lists of.
        column.addOrGetVector(FieldType.nullable(new ArrowType.Utf8()));
        UnionListWriter writer = column.getWriter();
        for (int row = 0; row < values.size(); row++) {
            JsonNode value = values.get(row);
            if (value != null) {
                writer.setPosition(row);
                writer.startList();
                for (JsonNode element : value) {
                    byte[] bytes = element.textValue().getBytes(StandardCharsets.UTF_8);
                    try (ArrowBuf buffer = allocator.buffer(Math.max(1, bytes.length))) {
                        buffer.setBytes(0, bytes);
                        writer.varChar().writeVarChar(0, bytes.length, buffer);
                    }
                }
                writer.endList();
            }
        }
        writer.setValueCount(rows);
        column.setValueCount(rows);
        return column;
    }
}
