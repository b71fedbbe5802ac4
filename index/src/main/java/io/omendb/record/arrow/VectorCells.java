package io.omendb.record.arrow;

import io.omendb.OmenException;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.IntConsumer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.ValueVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;

/** The column of vectors: where each starts in the column of components. */
final class VectorCells {
    /** What one NIO buffer can reach. */
    private static final int FLOATS_PER_COPY = 1 << 28;

    private final ValueVector column;
    private final FieldVector components;
    private final int dimension;

    private VectorCells(ValueVector column, FieldVector components, int dimension) {
        this.column = column;
        this.components = components;
        this.dimension = dimension;
    }

    static VectorCells of(ValueVector column, int dimension) {
        FieldVector components = null;
        if (column instanceof FixedSizeListVector list) {
            if (list.getListSize() != dimension) {
                throw wrongDimension(list.getListSize(), dimension);
            }
            components = list.getDataVector();
        } else if (column instanceof ListVector list) {
            components = list.getDataVector();
        }
        // Those of dictionaries come as the indices into them.
        boolean encoded = components != null && components.getField().getDictionary() != null;
        if (encoded
                || !(components instanceof Float4Vector
                        || components instanceof Float8Vector
                        || components instanceof UInt1Vector
                        || components instanceof TinyIntVector)) {
            throw OmenException.malformed(
                    "arrow: found column vector of "
                            + column.getField().getType()
                            + (components == null ? "" : " of " + components.getField().getType())
                            + (encoded ? " into a dictionary" : "")
                            + ", expected fixed_size_list of float32, uint8 or int8");
        }
        return new VectorCells(column, components, dimension);
    }

    /**
     * Bytes that a component of such a column takes in a stream; of float32 where it is unknown.
     */
    static int componentBytes(Field column) {
        List<Field> items = column.getChildren();
        ArrowType type = items.isEmpty() ? null : items.get(0).getType();
        if (type instanceof ArrowType.Int integer && integer.getBitWidth() == Byte.SIZE) {
            return 1;
        }
        return Float.BYTES;
    }

    /** Copies all vectors; tells of rows that are null. */
    void read(int rows, float[] into, int offset, IntConsumer nulls) {
        for (int row = 0; row < rows; row++) {
            if (column.isNull(row)) {
                nulls.accept(row);
            }
        }
        if (column.getNullCount() > 0) {
            return;
        }
        if (components.getNullCount() > 0) {
            throw OmenException.malformed("arrow: found vectors with components that are null");
        }
        copy(
                column instanceof ListVector list ? start(list, rows) : 0,
                rows * dimension,
                into,
                offset);
    }

    /** Where lists start that all have the dimension: then each begins where the last one ends. */
    private int start(ListVector lists, int rows) {
        for (int row = 0; row < rows; row++) {
            int length = lists.getElementEndIndex(row) - lists.getElementStartIndex(row);
            if (length != dimension) {
                throw wrongDimension(length, dimension);
            }
        }
        return rows == 0 ? 0 : lists.getElementStartIndex(0);
    }

    private void copy(int first, int count, float[] into, int offset) {
        if ((long) first + count > components.getValueCount()) {
            throw OmenException.malformed(
                    "arrow: found "
                            + components.getValueCount()
                            + " components, expected "
                            + ((long) first + count));
        }
        if (components instanceof Float4Vector) {
            ArrowBuf data = components.getDataBuffer();
            for (int done = 0; done < count; ) {
                int n = Math.min(count - done, FLOATS_PER_COPY);
                data.nioBuffer((first + (long) done) * Float.BYTES, n * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .asFloatBuffer()
                        .get(into, offset + done, n);
                done += n;
            }
        } else if (components instanceof UInt1Vector || components instanceof TinyIntVector) {
            boolean signed = components instanceof TinyIntVector;
            Components.readBytes(components.getDataBuffer(), first, count, signed, into, offset);
        } else {
            Float8Vector doubles = (Float8Vector) components;
            for (int i = 0; i < count; i++) {
                into[offset + i] = (float) doubles.get(first + i);
            }
        }
    }

    private static OmenException wrongDimension(int found, int dimension) {
        return OmenException.invalid(
                "vector: found "
                        + found
                        + " components, expected the collection's dimension "
                        + dimension);
    }
}
