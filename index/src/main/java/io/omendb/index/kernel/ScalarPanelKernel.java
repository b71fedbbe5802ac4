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
        int[] offsets = {x0, x1, x2, x3};
        float[] dots = new float[count * PANEL];
        for (int i = 0; i < GROUP; i++) {
            dots(x, offsets[i], panels, offset, count, n, dots);
            for (int lane = 0; lane < dots.length; lane++) {
                into[i * stride + lane] = dots[lane] - halfNorms[normOffset + lane];
            }
        }
    }

    @Override
    public long highest(float[] scores, int offset, int count) {
        int best = 0;
        for (int lane = 1; lane < count * PANEL; lane++) {
            if (scores[offset + lane] > scores[offset + best]) {
                best = lane;
            }
        }
        return PanelKernel.result(scores[offset + best], best);
    }
}
