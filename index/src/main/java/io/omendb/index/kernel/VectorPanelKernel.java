package io.omendb.index.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector API panels. Four panels advance together: their sums are independent, which keeps the
 * multiply-add units busy, and each broadcast component serves four of them.
 */
final class VectorPanelKernel implements PanelKernel {
    private static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() > PANEL
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    @Override
    public void dots(
            float[] x, int xOffset, float[] panels, int offset, int count, int n, float[] into) {
        int stride = n * PANEL;
        for (int part = 0; part < PANEL; part += LANES) {
            int panel = 0;
            for (; panel + 3 < count; panel += 4) {
                int from = offset + panel * stride + part;
                four(x, xOffset, panels, from, stride, n, into, panel * PANEL + part);
            }
            for (; panel < count; panel++) {
                int from = offset + panel * stride + part;
                one(x, xOffset, panels, from, n, into, panel * PANEL + part);
            }
        }
    }

    private static void four(
            float[] x,
            int xOffset,
            float[] panels,
            int from,
            int stride,
            int n,
            float[] into,
            int to) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        FloatVector t0 = FloatVector.zero(SPECIES);
        FloatVector t1 = FloatVector.zero(SPECIES);
        FloatVector t2 = FloatVector.zero(SPECIES);
        FloatVector t3 = FloatVector.zero(SPECIES);
        // Even and odd components have sums of their own: eight multiply-adds are in flight. n is
        // a multiple of 64.
        for (int d = 0; d < n; d += 2) {
            int at = from + d * PANEL;
            FloatVector even = FloatVector.broadcast(SPECIES, x[xOffset + d]);
            s0 = FloatVector.fromArray(SPECIES, panels, at).fma(even, s0);
            s1 = FloatVector.fromArray(SPECIES, panels, at + stride).fma(even, s1);
            s2 = FloatVector.fromArray(SPECIES, panels, at + 2 * stride).fma(even, s2);
            s3 = FloatVector.fromArray(SPECIES, panels, at + 3 * stride).fma(even, s3);
            FloatVector odd = FloatVector.broadcast(SPECIES, x[xOffset + d + 1]);
            int next = at + PANEL;
            t0 = FloatVector.fromArray(SPECIES, panels, next).fma(odd, t0);
            t1 = FloatVector.fromArray(SPECIES, panels, next + stride).fma(odd, t1);
            t2 = FloatVector.fromArray(SPECIES, panels, next + 2 * stride).fma(odd, t2);
            t3 = FloatVector.fromArray(SPECIES, panels, next + 3 * stride).fma(odd, t3);
        }
        s0.add(t0).intoArray(into, to);
        s1.add(t1).intoArray(into, to + PANEL);
        s2.add(t2).intoArray(into, to + 2 * PANEL);
        s3.add(t3).intoArray(into, to + 3 * PANEL);
    }

    private static void one(
            float[] x, int xOffset, float[] panels, int from, int n, float[] into, int to) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        for (int d = 0; d < n; d += 4) {
            int at = from + d * PANEL;
            int c = xOffset + d;
            s0 =
                    FloatVector.fromArray(SPECIES, panels, at)
                            .fma(FloatVector.broadcast(SPECIES, x[c]), s0);
            s1 =
                    FloatVector.fromArray(SPECIES, panels, at + PANEL)
                            .fma(FloatVector.broadcast(SPECIES, x[c + 1]), s1);
            s2 =
                    FloatVector.fromArray(SPECIES, panels, at + 2 * PANEL)
                            .fma(FloatVector.broadcast(SPECIES, x[c + 2]), s2);
            s3 =
                    FloatVector.fromArray(SPECIES, panels, at + 3 * PANEL)
                            .fma(FloatVector.broadcast(SPECIES, x[c + 3]), s3);
        }
        s0.add(s1).add(s2.add(s3)).intoArray(into, to);
    }

    @Override
    public long nearest(
            float[] x,
            int xOffset,
            float[] panels,
            int offset,
            int count,
            int n,
            float[] halfNorms,
            int normOffset) {
        int stride = n * PANEL;
        long best = Long.MIN_VALUE;
        for (int part = 0; part < PANEL; part += LANES) {
            int panel = 0;
            for (; panel + 1 < count; panel += 2) {
                int from = offset + panel * stride + part;
                int lane = panel * PANEL + part;
                long found =
                        nearestOfTwo(
                                x, xOffset, panels, from, stride, n, halfNorms, normOffset + lane);
                best = Math.max(best, found + lane);
            }
            if (panel < count) {
                int from = offset + panel * stride + part;
                int lane = panel * PANEL + part;
                long found =
                        nearestOfOne(x, xOffset, panels, from, n, halfNorms, normOffset + lane);
                best = Math.max(best, found + lane);
            }
        }
        return best;
    }

    private static long nearestOfTwo(
            float[] x,
            int xOffset,
            float[] panels,
            int from,
            int stride,
            int n,
            float[] halfNorms,
            int norm) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        FloatVector t0 = FloatVector.zero(SPECIES);
        FloatVector t1 = FloatVector.zero(SPECIES);
        FloatVector t2 = FloatVector.zero(SPECIES);
        FloatVector t3 = FloatVector.zero(SPECIES);
        for (int d = 0; d < n; d += 4) {
            int at = from + d * PANEL;
            int c = xOffset + d;
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[c]);
            s0 = FloatVector.fromArray(SPECIES, panels, at).fma(x0, s0);
            t0 = FloatVector.fromArray(SPECIES, panels, at + stride).fma(x0, t0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[c + 1]);
            s1 = FloatVector.fromArray(SPECIES, panels, at + PANEL).fma(x1, s1);
            t1 = FloatVector.fromArray(SPECIES, panels, at + stride + PANEL).fma(x1, t1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[c + 2]);
            s2 = FloatVector.fromArray(SPECIES, panels, at + 2 * PANEL).fma(x2, s2);
            t2 = FloatVector.fromArray(SPECIES, panels, at + stride + 2 * PANEL).fma(x2, t2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[c + 3]);
            s3 = FloatVector.fromArray(SPECIES, panels, at + 3 * PANEL).fma(x3, s3);
            t3 = FloatVector.fromArray(SPECIES, panels, at + stride + 3 * PANEL).fma(x3, t3);
        }
        FloatVector s =
                s0.add(s1).add(s2.add(s3)).sub(FloatVector.fromArray(SPECIES, halfNorms, norm));
        FloatVector t =
                t0.add(t1)
                        .add(t2.add(t3))
                        .sub(FloatVector.fromArray(SPECIES, halfNorms, norm + PANEL));
        float best = s.max(t).reduceLanes(VectorOperators.MAX);
        int inFirst = s.compare(VectorOperators.EQ, best).firstTrue();
        int lane =
                inFirst < LANES ? inFirst : PANEL + t.compare(VectorOperators.EQ, best).firstTrue();
        return PanelKernel.result(best, lane);
    }

    private static long nearestOfOne(
            float[] x, int xOffset, float[] panels, int from, int n, float[] halfNorms, int norm) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        for (int d = 0; d < n; d += 4) {
            int at = from + d * PANEL;
            int c = xOffset + d;
            FloatVector x0 = FloatVector.broadcast(SPECIES, x[c]);
            s0 = FloatVector.fromArray(SPECIES, panels, at).fma(x0, s0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[c + 1]);
            s1 = FloatVector.fromArray(SPECIES, panels, at + PANEL).fma(x1, s1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[c + 2]);
            s2 = FloatVector.fromArray(SPECIES, panels, at + 2 * PANEL).fma(x2, s2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[c + 3]);
            s3 = FloatVector.fromArray(SPECIES, panels, at + 3 * PANEL).fma(x3, s3);
        }
        FloatVector s =
                s0.add(s1).add(s2.add(s3)).sub(FloatVector.fromArray(SPECIES, halfNorms, norm));
        float best = s.reduceLanes(VectorOperators.MAX);
        return PanelKernel.result(best, s.compare(VectorOperators.EQ, best).firstTrue());
    }
}
