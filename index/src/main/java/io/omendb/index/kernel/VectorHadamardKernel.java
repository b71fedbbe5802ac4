package io.omendb.index.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector API transform. Distances of at least a register are sums and differences of registers;
 * shorter ones exchange lanes within a register: {@code shuffled + v * (+1 or -1)}.
 */
final class VectorHadamardKernel implements HadamardKernel {
    private static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() > 16
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    private static final VectorShuffle<Float> SWAP_1 = swap(1);
    private static final VectorShuffle<Float> SWAP_2 = swap(2);
    private static final VectorShuffle<Float> SWAP_4 = swap(4);
    private static final VectorShuffle<Float> SWAP_8 = swap(8);
    private static final FloatVector SIGN_1 = sign(1);
    private static final FloatVector SIGN_2 = sign(2);
    private static final FloatVector SIGN_4 = sign(4);
    private static final FloatVector SIGN_8 = sign(8);

    @Override
    public void transform(float[] a, int offset, int n) {
        int h = n / 2;
        for (; h >= 2 * LANES; h /= 4) {
            twoStages(a, offset, n, h);
        }
        for (; h >= LANES; h /= 2) {
            stage(a, offset, n, h);
        }
        withinRegisters(a, offset, n);
    }

    @Override
    public void multiply(float[] a, int offset, float[] by, int byOffset, int n) {
        for (int i = 0; i < n; i += LANES) {
            FloatVector.fromArray(SPECIES, a, offset + i)
                    .mul(FloatVector.fromArray(SPECIES, by, byOffset + i))
                    .intoArray(a, offset + i);
        }
    }

    /** Stages h and h / 2 in one pass over memory. */
    private static void twoStages(float[] a, int offset, int n, int h) {
        int q = h / 2;
        for (int i = offset; i < offset + n; i += 2 * h) {
            for (int j = i; j < i + q; j += LANES) {
                FloatVector w = FloatVector.fromArray(SPECIES, a, j);
                FloatVector x = FloatVector.fromArray(SPECIES, a, j + q);
                FloatVector y = FloatVector.fromArray(SPECIES, a, j + 2 * q);
                FloatVector z = FloatVector.fromArray(SPECIES, a, j + 3 * q);
                FloatVector wy = w.add(y);
                FloatVector xz = x.add(z);
                FloatVector wMinusY = w.sub(y);
                FloatVector xMinusZ = x.sub(z);
                wy.add(xz).intoArray(a, j);
                wy.sub(xz).intoArray(a, j + q);
                wMinusY.add(xMinusZ).intoArray(a, j + 2 * q);
                wMinusY.sub(xMinusZ).intoArray(a, j + 3 * q);
            }
        }
    }

    private static void stage(float[] a, int offset, int n, int h) {
        for (int i = offset; i < offset + n; i += 2 * h) {
            for (int j = i; j < i + h; j += LANES) {
                FloatVector x = FloatVector.fromArray(SPECIES, a, j);
                FloatVector y = FloatVector.fromArray(SPECIES, a, j + h);
                x.add(y).intoArray(a, j);
                x.sub(y).intoArray(a, j + h);
            }
        }
    }

    private static void withinRegisters(float[] a, int offset, int n) {
        for (int i = offset; i < offset + n; i += LANES) {
            FloatVector v = FloatVector.fromArray(SPECIES, a, i);
            if (LANES > 8) {
                v = v.fma(SIGN_8, v.rearrange(SWAP_8));
            }
            if (LANES > 4) {
                v = v.fma(SIGN_4, v.rearrange(SWAP_4));
            }
            if (LANES > 2) {
                v = v.fma(SIGN_2, v.rearrange(SWAP_2));
            }
            v = v.fma(SIGN_1, v.rearrange(SWAP_1));
            v.intoArray(a, i);
        }
    }

    private static VectorShuffle<Float> swap(int distance) {
        return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) & (LANES - 1));
    }

    private static FloatVector sign(int distance) {
        float[] signs = new float[LANES];
        for (int lane = 0; lane < LANES; lane++) {
            signs[lane] = (lane & distance) == 0 ? 1 : -1;
        }
        return FloatVector.fromArray(SPECIES, signs, 0);
    }
}
