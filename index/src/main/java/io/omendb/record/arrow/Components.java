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

/**
 * The components of many vectors as the items of a column, in the shortest type that gives each of
 * them back bit by bit.
 */
final class Components {
    private static final ByteCastKernel CASTS = Kernels.byteCasts();

    /** What is widened at a time: it stays in the nearest cache. */
    private static final int CHUNK = 1 << 12;

    private static final int FIRST = 64;

    private Components() {}

    /** Makes the first so many values the items of a column that has none yet. */
    static void write(float[] values, int count, FixedSizeListVector column) {
        byte[] bytes = new byte[count];
        if (narrow(values, bytes, count, false)) {
            items(column, new ArrowType.Int(Byte.SIZE, false), count).setBytes(0, bytes, 0, count);
        } else if (narrow(values, bytes, count, true)) {
            items(column, new ArrowType.Int(Byte.SIZE, true), count).setBytes(0, bytes, 0, count);
        } else {
            items(column, new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE), count)
                    .nioBuffer(0, count * Float.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .asFloatBuffer()
                    .put(values, 0, count);
        }
    }

    /** Of most vectors that are no integers the first components tell. */
    private static boolean narrow(float[] values, byte[] into, int count, boolean signed) {
        return CASTS.narrow(values, 0, into, 0, Math.min(FIRST, count), signed)
                && CASTS.narrow(values, 0, into, 0, count, signed);
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
