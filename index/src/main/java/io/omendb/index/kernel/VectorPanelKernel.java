package io.omendb.index.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Vector API panels. Four registers advance together: their sums are independent, which keeps the
 * multiply-add units busy, and each broadcast component serves four of them. They are four panels
 * where a register holds all lanes of one, else the parts of two or one: a panel is larger than the
 * nearest cache from 512 components on, and is read once then, line by line.
 */
final class VectorPanelKernel implements PanelKernel {
    private static final VectorSpecies<Float> SPECIES =
            FloatVector.SPECIES_PREFERRED.length() > PANEL
                    ? FloatVector.SPECIES_512
                    : FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    /** Registers that a component of a panel takes: 1, 2 or 4. */
    private static final int PARTS = PANEL / LANES;

    /** Panels that four registers make. */
    private static final int AT_ONCE = 4 / PARTS;

    /** Whether registers are wide enough for this kernel. */
    static boolean isSupported() {
        return LANES >= 4;
    }

    @Override
    public void dots(
            float[] x, int xOffset, float[] panels, int offset, int count, int n, float[] into) {
        int stride = n * PANEL;
        int second = PARTS == 1 ? stride : LANES;
        int third = PARTS == 4 ? 2 * LANES : 2 / PARTS * stride;
        int panel = 0;
        for (; panel + AT_ONCE <= count; panel += AT_ONCE) {
            int from = offset + panel * stride;
            four(x, xOffset, panels, from, second, third, n, into, panel * PANEL);
        }
        for (; panel < count; panel++) {
            int from = offset + panel * stride;
            if (PARTS == 1) {
                one(x, xOffset, panels, from, n, into, panel * PANEL);
            } else {
                oneOfTwoParts(x, xOffset, panels, from, n, into, panel * PANEL);
            }
        }
    }

    /**
     * Four registers.
     *
     * @param second how far behind the first register the second is read; the fourth is as far
     *     behind the third
     * @param third the same of the third
     */
    private static void four(
            float[] x,
            int xOffset,
            float[] panels,
            int from,
            int second,
            int third,
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
            s1 = FloatVector.fromArray(SPECIES, panels, at + second).fma(even, s1);
            s2 = FloatVector.fromArray(SPECIES, panels, at + third).fma(even, s2);
            s3 = FloatVector.fromArray(SPECIES, panels, at + second + third).fma(even, s3);
            FloatVector odd = FloatVector.broadcast(SPECIES, x[xOffset + d + 1]);
            int next = at + PANEL;
            t0 = FloatVector.fromArray(SPECIES, panels, next).fma(odd, t0);
            t1 = FloatVector.fromArray(SPECIES, panels, next + second).fma(odd, t1);
            t2 = FloatVector.fromArray(SPECIES, panels, next + third).fma(odd, t2);
            t3 = FloatVector.fromArray(SPECIES, panels, next + second + third).fma(odd, t3);
        }
        s0.add(t0).intoArray(into, to);
        s1.add(t1).intoArray(into, to + LANES);
        s2.add(t2).intoArray(into, to + 2 * LANES);
        s3.add(t3).intoArray(into, to + 3 * LANES);
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

    private static void oneOfTwoParts(
            float[] x, int xOffset, float[] panels, int from, int n, float[] into, int to) {
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
            t0 = FloatVector.fromArray(SPECIES, panels, at + LANES).fma(x0, t0);
            FloatVector x1 = FloatVector.broadcast(SPECIES, x[c + 1]);
            s1 = FloatVector.fromArray(SPECIES, panels, at + PANEL).fma(x1, s1);
            t1 = FloatVector.fromArray(SPECIES, panels, at + PANEL + LANES).fma(x1, t1);
            FloatVector x2 = FloatVector.broadcast(SPECIES, x[c + 2]);
            s2 = FloatVector.fromArray(SPECIES, panels, at + 2 * PANEL).fma(x2, s2);
            t2 = FloatVector.fromArray(SPECIES, panels, at + 2 * PANEL + LANES).fma(x2, t2);
            FloatVector x3 = FloatVector.broadcast(SPECIES, x[c + 3]);
            s3 = FloatVector.fromArray(SPECIES, panels, at + 3 * PANEL).fma(x3, s3);
            t3 = FloatVector.fromArray(SPECIES, panels, at + 3 * PANEL + LANES).fma(x3, t3);
        }
        s0.add(s1).add(s2.add(s3)).intoArray(into, to);
        t0.add(t1).add(t2.add(t3)).intoArray(into, to + LANES);
    }

    @Override
    public void scores(
            float[] x,
            int x0,
            int x1,
            int x2,
            int x3,
            float[] panels,
            int offset,
            int count,
            int n,
            float[] halfNorms,
            int normOffset,
            float[] into,
            int stride) {
        int size = n * PANEL;
        if (PARTS > 1) {
            for (int panel = 0; panel < count; panel++) {
                for (int part = 0; part < PANEL; part += 2 * LANES) {
                    int from = offset + panel * size + part;
                    int to = panel * PANEL + part;
                    int norm = normOffset + to;
                    scoresOfTwo(
                            x, x0, x1, x2, x3, panels, from, LANES, n, halfNorms, norm, into, to,
                            stride);
                }
            }
            return;
        }
        int panel = 0;
        for (; panel + 1 < count; panel += 2) {
            int from = offset + panel * size;
            int to = panel * PANEL;
            int norm = normOffset + to;
            scoresOfTwo(
                    x, x0, x1, x2, x3, panels, from, size, n, halfNorms, norm, into, to, stride);
        }
        if (panel < count) {
            int from = offset + panel * size;
            int to = panel * PANEL;
            int norm = normOffset + to;
            scoresOfOne(x, x0, x1, x2, x3, panels, from, n, halfNorms, norm, into, to, stride);
        }
    }

    /**
     * Six reads for eight multiply-adds.
     *
     * @param second how far behind the first register the second is read
     */
    private static void scoresOfTwo(
            float[] x,
            int x0,
            int x1,
            int x2,
            int x3,
            float[] panels,
            int from,
            int second,
            int n,
            float[] halfNorms,
            int norm,
            float[] into,
            int to,
            int stride) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        FloatVector t0 = FloatVector.zero(SPECIES);
        FloatVector t1 = FloatVector.zero(SPECIES);
        FloatVector t2 = FloatVector.zero(SPECIES);
        FloatVector t3 = FloatVector.zero(SPECIES);
        for (int d = 0; d < n; d++) {
            int at = from + d * PANEL;
            FloatVector s = FloatVector.fromArray(SPECIES, panels, at);
            FloatVector t = FloatVector.fromArray(SPECIES, panels, at + second);
            FloatVector c0 = FloatVector.broadcast(SPECIES, x[x0 + d]);
            s0 = s.fma(c0, s0);
            t0 = t.fma(c0, t0);
            FloatVector c1 = FloatVector.broadcast(SPECIES, x[x1 + d]);
            s1 = s.fma(c1, s1);
            t1 = t.fma(c1, t1);
            FloatVector c2 = FloatVector.broadcast(SPECIES, x[x2 + d]);
            s2 = s.fma(c2, s2);
            t2 = t.fma(c2, t2);
            FloatVector c3 = FloatVector.broadcast(SPECIES, x[x3 + d]);
            s3 = s.fma(c3, s3);
            t3 = t.fma(c3, t3);
        }
        FloatVector half = FloatVector.fromArray(SPECIES, halfNorms, norm);
        s0.sub(half).intoArray(into, to);
        s1.sub(half).intoArray(into, to + stride);
        s2.sub(half).intoArray(into, to + 2 * stride);
        s3.sub(half).intoArray(into, to + 3 * stride);
        half = FloatVector.fromArray(SPECIES, halfNorms, norm + LANES);
        t0.sub(half).intoArray(into, to + LANES);
        t1.sub(half).intoArray(into, to + LANES + stride);
        t2.sub(half).intoArray(into, to + LANES + 2 * stride);
        t3.sub(half).intoArray(into, to + LANES + 3 * stride);
    }

    private static void scoresOfOne(
            float[] x,
            int x0,
            int x1,
            int x2,
            int x3,
            float[] panels,
            int from,
            int n,
            float[] halfNorms,
            int norm,
            float[] into,
            int to,
            int stride) {
        FloatVector s0 = FloatVector.zero(SPECIES);
        FloatVector s1 = FloatVector.zero(SPECIES);
        FloatVector s2 = FloatVector.zero(SPECIES);
        FloatVector s3 = FloatVector.zero(SPECIES);
        for (int d = 0; d < n; d++) {
            FloatVector s = FloatVector.fromArray(SPECIES, panels, from + d * PANEL);
            s0 = s.fma(FloatVector.broadcast(SPECIES, x[x0 + d]), s0);
            s1 = s.fma(FloatVector.broadcast(SPECIES, x[x1 + d]), s1);
            s2 = s.fma(FloatVector.broadcast(SPECIES, x[x2 + d]), s2);
            s3 = s.fma(FloatVector.broadcast(SPECIES, x[x3 + d]), s3);
        }
        FloatVector half = FloatVector.fromArray(SPECIES, halfNorms, norm);
        s0.sub(half).intoArray(into, to);
        s1.sub(half).intoArray(into, to + stride);
        s2.sub(half).intoArray(into, to + 2 * stride);
        s3.sub(half).intoArray(into, to + 3 * stride);
    }

    @Override
    public long highest(float[] scores, int offset, int count) {
        int end = count * PANEL;
        FloatVector highest = FloatVector.fromArray(SPECIES, scores, offset);
        for (int lane = LANES; lane < end; lane += LANES) {
            highest = highest.max(FloatVector.fromArray(SPECIES, scores, offset + lane));
        }
        float best = highest.reduceLanes(VectorOperators.MAX);
        int lane = 0;
        while (scores[offset + lane] != best && lane < end - 1) {
            lane++;
        }
        return PanelKernel.result(best, lane);
    }
}
