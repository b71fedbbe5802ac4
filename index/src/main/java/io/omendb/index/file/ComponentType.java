package io.omendb.index.file;

import io.omendb.index.kernel.ByteCastKernel;
import io.omendb.index.kernel.Kernels;
import java.nio.ByteBuffer;

/**
 * How the components of a {@link VectorsFile} are stored. Descriptors such as SIFT and embeddings
 * that were quantized are integers of a byte: stored as such they take a quarter of the disk, of
 * the page cache and of what a search reads, and come back as the floats they were, bit by bit.
 */
enum ComponentType {
    /** Integers of 0 to 255. */
    UINT8(1),
    /** Integers of -128 to 127. */
    INT8(1),
    /** Anything. */
    FLOAT32(Float.BYTES);

    private static final ByteCastKernel CASTS = Kernels.byteCasts();

    private final int bytes;

    ComponentType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes a component. */
    int bytes() {
        return bytes;
    }

    boolean isSigned() {
        return this == INT8;
    }

    /** The smallest that holds all these rows; reads none after the first that needs the widest. */
    static ComponentType of(int dimension, int rows, VectorsFile.RowSource source) {
        float[] row = new float[dimension];
        byte[] scratch = new byte[dimension];
        boolean unsigned = true;
        boolean signed = true;
        for (int i = 0; i < rows; i++) {
            source.read(i, row, 0);
            unsigned = unsigned && CASTS.narrow(row, 0, scratch, 0, dimension, false);
            signed = signed && CASTS.narrow(row, 0, scratch, 0, dimension, true);
            if (!unsigned && !signed) {
                return FLOAT32;
            }
        }
        if (rows == 0) {
            return FLOAT32;
        }
        return unsigned ? UINT8 : INT8;
    }

    /**
     * Encodes components from the start of an array.
     *
     * @param scratch of as many bytes, for types of a byte
     * @param into little-endian; its position moves behind them
     * @return false if a component does not fit the type; the position then stays
     */
    boolean encode(float[] components, int count, byte[] scratch, ByteBuffer into) {
        if (this == FLOAT32) {
            into.asFloatBuffer().put(components, 0, count);
            into.position(into.position() + count * Float.BYTES);
            return true;
        }
        if (!CASTS.narrow(components, 0, scratch, 0, count, isSigned())) {
            return false;
        }
        into.put(scratch, 0, count);
        return true;
    }
}
