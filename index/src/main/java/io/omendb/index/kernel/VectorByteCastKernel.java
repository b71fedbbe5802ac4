package io.omendb.index.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector API kernel for what searches do. Narrowing is plain Java here, too: Java 17 does not
 * compile casts from float to int.
 */
final class VectorByteCastKernel extends ScalarByteCastKernel {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final int LANES = FLOATS.length();
    private static final int BYTE = 0xFF;

    /** As many bytes as a register has floats; there is no shape of less than 64 bits. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, LANES * Byte.SIZE)));

    /** Whether this machine's registers are wide enough. */
    static boolean isSupported() {
        return BYTES.length() == LANES;
    }

    @Override
    public void widen(byte[] from, int offset, float[] into, int at, int n, boolean signed) {
        int body = n - n % LANES;
        if (signed) {
            widenSigned(from, offset, into, at, body);
        } else {
            widenUnsigned(from, offset, into, at, body);
        }
        super.widen(from, offset + body, into, at + body, n - body, signed);
    }

    private static void widenSigned(byte[] from, int offset, float[] into, int at, int n) {
        for (int i = 0; i < n; i += LANES) {
            IntVector ints =
                    (IntVector) ByteVector.fromArray(BYTES, from, offset + i).castShape(INTS, 0);
            ((FloatVector) ints.castShape(FLOATS, 0)).intoArray(into, at + i);
        }
    }

    private static void widenUnsigned(byte[] from, int offset, float[] into, int at, int n) {
        for (int i = 0; i < n; i += LANES) {
            IntVector ints =
                    (IntVector) ByteVector.fromArray(BYTES, from, offset + i).castShape(INTS, 0);
            IntVector unsigned = ints.lanewise(VectorOperators.AND, BYTE);
            ((FloatVector) unsigned.castShape(FLOATS, 0)).intoArray(into, at + i);
        }
    }
}
