package io.omendb.index.kernel;

import java.util.Arrays;

/** Plain Java twin of {@link VectorPanelKernel}. */
final class ScalarPanelKernel implements PanelKernel {

    @Override
    public void dots(
            float[] x, int xOffset, float[] panels, int offset, int count, int n, float[] into) {
        Arrays.fill(into, 0, count * PANEL, 0);
        for (int panel = 0; panel < count; panel++) {
            int from = offset + panel * n * PANEL;
            for (int d = 0; d < n; d++) {
                for (int lane = 0; lane < PANEL; lane++) {
                    into[panel * PANEL + lane] += x[xOffset + d] * panels[from + d * PANEL + lane];
                }
            }
        }
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
        float[] dots = new float[PANEL];
        long best = Long.MIN_VALUE;
        for (int panel = 0; panel < count; panel++) {
            dots(x, xOffset, panels, offset + panel * n * PANEL, 1, n, dots);
            for (int lane = 0; lane < PANEL; lane++) {
                int at = panel * PANEL + lane;
                best =
                        Math.max(
                                best,
                                PanelKernel.result(dots[lane] - halfNorms[normOffset + at], at));
            }
        }
        return best;
    }
}
