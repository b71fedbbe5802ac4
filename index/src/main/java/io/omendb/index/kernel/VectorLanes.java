package io.omendb.index.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What the Vector API's kernels of codes share: registers of at most sixteen lanes. */
final class VectorLanes {
    static final VectorSpecies<Float> FLOATS =
            FloatVector.SPECIES_PREFERRED.length() > BitCodeKernel.BLOCK
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    static final VectorSpecies<Integer> INTS =
            IntVector.SPECIES_PREFERRED.length() > BitCodeKernel.BLOCK
                    ? IntVector.SPECIES_512
                    : IntVector.SPECIES_PREFERRED;
    static final int LANES = FLOATS.length();

    /** Conversions between int and float lanes are slow on Java 17; an addition does the same. */
    static final float ROUNDING = 0x1.8p23f;

    static final int ROUNDING_BITS = Float.floatToRawIntBits(ROUNDING);

    /** The highest level of a quantized query, and a half: what the largest component becomes. */
    static final float LEVELS = 7.5f;

    private VectorLanes() {}

    /** Largest component by absolute value. */
    static float largest(float[] vector, int n) {
        FloatVector largest = FloatVector.zero(FLOATS);
        for (int d = 0; d < n; d += LANES) {
            largest = largest.max(FloatVector.fromArray(FLOATS, vector, d).abs());
        }
        return largest.reduceLanes(VectorOperators.MAX);
    }

    /** Quantizes components to levels from -8 to 7. */
    static IntVector levels(float[] vector, int offset, float perLevel) {
        // Adding 1.5 * 2^23 leaves the nearest integer in the lowest bits.
        return FloatVector.fromArray(FLOATS, vector, offset)
                .mul(perLevel)
                .add(ROUNDING)
                .reinterpretAsInts()
                .sub(ROUNDING_BITS)
                .min(7);
    }

    /**
     * Signs of the residuals of components a block apart: bit j of a lane is that of the j-th.
     *
     * @param count how many
     */
    static IntVector signs(
            float[] vector, int vectorOffset, float[] centroid, int centroidOffset, int count) {
        IntVector bits = IntVector.zero(INTS);
        for (int j = 0; j < count; j++) {
            int d = j * BitCodeKernel.BLOCK;
            IntVector sign =
                    FloatVector.fromArray(FLOATS, vector, vectorOffset + d)
                            .sub(FloatVector.fromArray(FLOATS, centroid, centroidOffset + d))
                            .reinterpretAsInts()
                            .not()
                            .lanewise(VectorOperators.LSHR, 31);
            bits = bits.or(sign.lanewise(VectorOperators.LSHL, j));
        }
        return bits;
    }

    /**
     * Writes the square and the slope of an entry.
     *
     * @param at where its square goes; a block further its slope
     */
    static void writeFields(
            float[] vector,
            int vectorOffset,
            float[] centroid,
            int centroidOffset,
            int n,
            int[] into,
            int at) {
        FloatVector squares0 = FloatVector.zero(FLOATS);
        FloatVector squares1 = FloatVector.zero(FLOATS);
        FloatVector absolutes0 = FloatVector.zero(FLOATS);
        FloatVector absolutes1 = FloatVector.zero(FLOATS);
        for (int d = 0; d < n; d += 2 * LANES) {
            FloatVector r0 =
                    FloatVector.fromArray(FLOATS, vector, vectorOffset + d)
                            .sub(FloatVector.fromArray(FLOATS, centroid, centroidOffset + d));
            FloatVector r1 =
                    FloatVector.fromArray(FLOATS, vector, vectorOffset + d + LANES)
                            .sub(
                                    FloatVector.fromArray(
                                            FLOATS, centroid, centroidOffset + d + LANES));
            squares0 = r0.fma(r0, squares0);
            squares1 = r1.fma(r1, squares1);
            absolutes0 = absolutes0.add(r0.abs());
            absolutes1 = absolutes1.add(r1.abs());
        }
        float square = squares0.add(squares1).reduceLanes(VectorOperators.ADD);
        float absolutes = absolutes0.add(absolutes1).reduceLanes(VectorOperators.ADD);
        into[at] = Float.floatToRawIntBits(square);
        into[at + BitCodeKernel.BLOCK] =
                Float.floatToRawIntBits(BitCodeKernel.slope(square, absolutes));
    }
}
