package io.omendb.record.arrow;

import io.omendb.index.kernel.ByteCastKernel;
import io.omendb.index.kernel.Kernels;
import java.nio.ByteOrder;
import java.util.List;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.jspecify.annotations.Nullable;

/**
 * The components of many vectors as the items of a column, in the shortest type that gives each of
 * them back bit by bit.
 */
final class Components {
    private static final ByteCastKernel CASTS = Kernels.byteCasts();

    /** What is widened at a time: it stays in the nearest cache. */
    private static final int CHUNK = 1 << 12;

    /** Components looked at before bytes for all of them are allocated. */
    private static final int FIRST = 64;

    private Components() {}

    /** Makes the first so many values the items of a column that has none yet. */
    static void write(float[] values, int count, FixedSizeListVector column) {
        byte[] unsigned = narrow(values, count, false);
        byte[] bytes = unsigned == null ? narrow(values, count, true) : unsigned;
        if (bytes != null) {
            items(column, new ArrowType.Int(Byte.SIZE, unsigned == null), count)
                    .setBytes(0, bytes, 0, count);
        } else {
            items(column, new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE), count)
                    .nioBuffer(0, count * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .put(values, 0, count);
        }
    }

    /** Bytes that give the values back; null if there are none, which mostly the first tell. */
    private static byte @Nullable [] narrow(float[] values, int count, boolean signed) {
        int first = Math.min(FIRST, count);
        if (!CASTS.narrow(values, 0, new byte[first], 0, first, signed)) {
            return null;
        }
        byte[] bytes = new byte[count];
        return CASTS.narrow(values, 0, bytes, 0, count, signed) ? bytes : null;
    }

    /** Where the items of a column go, none of which is null. */
    private static ArrowBuf items(FixedSizeListVector column, ArrowType type, int count) {
        column.initializeChildrenFromFields(
                List.of(new Field("item", FieldType.notNullable(type), null)));
        BaseFixedWidthVector items = (BaseFixedWidthVector) column.getDataVector();
        items.allocateNew(count);
        ArrowPointWriter.setAll(items.getValidityBuffer(), count);
        items.setValueCount(count);
        return items.getDataBuffer();
    }

    /**
     * Reads items that are bytes.
     *
     * @param items of 8 bits each
     */
    static void readBytes(
            ArrowBuf items, long first, int count, boolean signed, float[] into, int offset) {
        byte[] chunk = new byte[Math.min(CHUNK, count)];
        for (int done = 0; done < count; done += CHUNK) {
            int n = Math.min(CHUNK, count - done);
            items.getBytes(first + done, chunk, 0, n);
            CASTS.widen(chunk, 0, into, offset + done, n, signed);
        }
    }
}
