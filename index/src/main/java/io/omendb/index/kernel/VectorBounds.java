package io.omendb.index.kernel;

import static io.omendb.index.kernel.BitCodeKernel.BLOCK;
import static io.omendb.index.kernel.BitCodeKernel.FIELDS;
import static io.omendb.index.kernel.VectorLanes.FLOATS;
import static io.omendb.index.kernel.VectorLanes.INTS;
import static io.omendb.index.kernel.VectorLanes.LANES;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** The second half of {@link BitCodeKernel#lowerBounds}: from inner products to bounds. */
final class VectorBounds {

    private VectorBounds() {}

    /**
     * Reports the entries below a threshold.
     *
     * @param positions has the inner product of each entry's bits with the query's levels; receives
     *     positions, each after the products of its registers were read
     */
    static int report(
            int[] list,
            int offset,
            int words,
            int blocks,
            BitCodeKernel.QueryScalars scalars,
            float below,
            int[] positions,
            float[] bounds) {
        float n = words * 32;
        float perProduct = 2 * scalars.step;
        float constant = -scalars.step * scalars.levels;
        int found = 0;
        for (int entry = 0; entry < blocks * BLOCK; entry += LANES) {
            int fields =
                    offset + (entry / BLOCK * (words + FIELDS) + words) * BLOCK + entry % BLOCK;
            // x * perProduct + constant, the conversion to float by way of 1.5 * 2^23.
            FloatVector x =
                    IntVector.fromArray(INTS, positions, entry)
                            .add(VectorLanes.ROUNDING_BITS)
                            .reinterpretAsFloats()
                            .sub(VectorLanes.ROUNDING)
                            .mul(perProduct)
                            .add(constant);
            FloatVector square = IntVector.fromArray(INTS, list, fields).reinterpretAsFloats();
            FloatVector slope =
                    IntVector.fromArray(INTS, list, fields + BLOCK).reinterpretAsFloats();
            FloatVector error =
                    slope.mul(slope)
                            .mul(n)
                            .sub(square.mul(4))
                            .max(0)
                            .lanewise(VectorOperators.SQRT);
            FloatVector bound =
                    square.mul(scalars.a)
                            .add(scalars.base)
                            .sub(slope.mul(x).mul(scalars.b))
                            .sub(error.mul(scalars.e));
            if (bound.compare(VectorOperators.LT, below).anyTrue()) {
                bound.intoArray(bounds, found);
                found = report(entry, below, positions, bounds, found);
            }
        }
        return found;
    }

    /** Bounds of a register were put where the next results go, which always has room for them. */
    private static int report(int entry, float below, int[] positions, float[] bounds, int found) {
        int next = found;
        for (int lane = 0; lane < FLOATS.length(); lane++) {
            float value = bounds[found + lane];
            if (value < below) {
                positions[next] = entry + lane;
                bounds[next] = value;
                next++;
            }
        }
        return next;
    }
}
