package io.omendb.index.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector API kernels over the widest registers of the machine. A fused multiply-add takes four
 * cycles and two start per cycle, so one accumulator would leave most of the unit idle: the body
 * keeps four. Body and tail are separate methods so that each stays small enough to inline.
 */
final class VectorKernel implements DistanceKernel {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int STRIDE = 4 * LANES;

    @Override
    public float squaredL2(float[] a, int aOffset, float[] b, int bOffset, int n) {
        int body = n - n % LANES;
        float sum = body == 0 ? 0 : squaredL2Body(a, aOffset, b, bOffset, body);
        return body == n ? sum : sum + squaredL2Tail(a, aOffset, b, bOffset, body, n);
    }

    @Override
    public float dot(float[] a, int aOffset, float[] b, int bOffset, int n) {
        int body = n - n % LANES;
        float sum = body == 0 ? 0 : dotBody(a, aOffset, b, bOffset, body);
        return body == n ? sum : sum + dotTail(a, aOffset, b, bOffset, body, n);
    }

    @Override
    public String name() {
        return "vector-" + SPECIES.vectorBitSize();
    }

    private static float squaredL2Body(float[] a, int aOffset, float[] b, int bOffset, int n) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= n - STRIDE; i += STRIDE) {
            FloatVector d0 = difference(a, aOffset + i, b, bOffset + i);
            FloatVector d1 = difference(a, aOffset + i + LANES, b, bOffset + i + LANES);
            FloatVector d2 = difference(a, aOffset + i + 2 * LANES, b, bOffset + i + 2 * LANES);
            FloatVector d3 = difference(a, aOffset + i + 3 * LANES, b, bOffset + i + 3 * LANES);
            s0 = d0.fma(d0, s0);
            s1 = d1.fma(d1, s1);
            s2 = d2.fma(d2, s2);
            s3 = d3.fma(d3, s3);
        }
        for (; i < n; i += LANES) {
            FloatVector d = difference(a, aOffset + i, b, bOffset + i);
            s0 = d.fma(d, s0);
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector difference(float[] a, int aOffset, float[] b, int bOffset) {
        return FloatVector.fromArray(SPECIES, a, aOffset)
                .sub(FloatVector.fromArray(SPECIES, b, bOffset));
    }

    private static float squaredL2Tail(
            float[] a, int aOffset, float[] b, int bOffset, int from, int n) {
        float sum = 0;
        for (int i = from; i < n; i++) {
            float d = a[aOffset + i] - b[bOffset + i];
            sum += d * d;
        }
        return sum;
    }

    private static float dotBody(float[] a, int aOffset, float[] b, int bOffset, int n) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        int i = 0;
        for (; i <= n - STRIDE; i += STRIDE) {
            s0 = load(a, aOffset + i).fma(load(b, bOffset + i), s0);
            s1 = load(a, aOffset + i + LANES).fma(load(b, bOffset + i + LANES), s1);
            s2 = load(a, aOffset + i + 2 * LANES).fma(load(b, bOffset + i + 2 * LANES), s2);
            s3 = load(a, aOffset + i + 3 * LANES).fma(load(b, bOffset + i + 3 * LANES), s3);
        }
        for (; i < n; i += LANES) {
            s0 = load(a, aOffset + i).fma(load(b, bOffset + i), s0);
        }
        return s0.add(s1).add(s2.add(s3)).reduceLanes(VectorOperators.ADD);
    }

    private static FloatVector load(float[] a, int offset) {
        return FloatVector.fromArray(SPECIES, a, offset);
    }

    private static float dotTail(float[] a, int aOffset, float[] b, int bOffset, int from, int n) {
        float sum = 0;
        for (int i = from; i < n; i++) {
            sum += a[aOffset + i] * b[bOffset + i];
        }
        return sum;
    }
}
