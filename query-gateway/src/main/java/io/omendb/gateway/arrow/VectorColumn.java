package io.omendb.gateway.arrow;

import com.google.protobuf.ByteString;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** A column of vectors of one dimension: {@code fixed_size_list<float32>}. */
final class VectorColumn {
    private final FixedSizeListVector column;
    private final int bytes;

    private VectorColumn(FixedSizeListVector column, int dimension) {
        this.column = column;
        this.bytes = dimension * Float.BYTES;
    }

    /**
     * Adds the column to a table.
     *
     * @param rows how many there will be
     */
    static VectorColumn in(ArrowTable table, String name, int dimension, int rows) {
        FixedSizeListVector column = table.add(memory -> make(memory, name, dimension));
        column.setInitialCapacity(Math.max(1, rows));
        column.allocateNew();
        Float4Vector components = (Float4Vector) column.getDataVector();
        components.allocateNew(Math.max(1, Math.multiplyExact(rows, dimension)));
        components.getValidityBuffer().setOne(0, components.getValidityBuffer().capacity());
        return new VectorColumn(column, dimension);
    }

    private static FixedSizeListVector make(BufferAllocator memory, String name, int dimension) {
        FixedSizeListVector made =
                new FixedSizeListVector(
                        name,
                        memory,
                        FieldType.nullable(new ArrowType.FixedSizeList(dimension)),
                        null);
        made.initializeChildrenFromFields(
                List.of(
                        new Field(
                                "item",
                                FieldType.notNullable(
                                        new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE)),
                                null)));
        return made;
    }

    /**
     * Sets a vector.
     *
     * @param packed little-endian components, as the shard protocol and Arrow both have them
     */
    void set(int row, ByteString packed) {
        if (packed.size() != bytes) {
            throw new IllegalStateException(
                    "a vector of " + packed.size() + " bytes in a column of " + bytes);
        }
        column.setNotNull(row);
        column.getDataVector()
                .getDataBuffer()
                .setBytes((long) row * bytes, packed.asReadOnlyByteBuffer());
    }
}
