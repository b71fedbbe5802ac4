package io.omendb.index.ivf;

import io.omendb.index.kernel.Kernels;
import io.omendb.index.kernel.PanelKernel;
import java.util.Arrays;

/**
 * Vectors in the layout of {@link PanelKernel} with half their squared norms: what it takes to find
 * the nearest of them, as {@code |x - c|² = |x|² - 2 (x·c - |c|²/2)}. Immutable.
 */
final class Panels {
    private final PanelKernel kernel = Kernels.panels();
    private final int dimension;
    private final float[] values;

    /** Infinite in lanes that hold no vector, so that they are never nearest. */
    private final float[] halfNorms;

    private Panels(int dimension, float[] values, float[] halfNorms) {
        this.dimension = dimension;
        this.values = values;
        this.halfNorms = halfNorms;
    }

    /**
     * Arranges vectors.
     *
     * @param vectors row by row
     * @param lanes which vector each lane of each panel holds, -1 for none
     */
    static Panels of(float[] vectors, int dimension, int[] lanes) {
        float[] values = new float[lanes.length * dimension];
        float[] halfNorms = new float[lanes.length];
        for (int i = 0; i < lanes.length; i++) {
            if (lanes[i] < 0) {
                halfNorms[i] = Float.POSITIVE_INFINITY;
                continue;
            }
            int from = lanes[i] * dimension;
            int to = i / PanelKernel.PANEL * PanelKernel.PANEL * dimension + i % PanelKernel.PANEL;
            float squares = 0;
            for (int d = 0; d < dimension; d++) {
                float value = vectors[from + d];
                values[to + d * PanelKernel.PANEL] = value;
                squares += value * value;
            }
            halfNorms[i] = squares / 2;
        }
        return new Panels(dimension, values, halfNorms);
    }

    /** Arranges the first {@code count} vectors one after the other. */
    static Panels ofAll(float[] vectors, int dimension, int count) {
        int panels = (count + PanelKernel.PANEL - 1) / PanelKernel.PANEL;
        int[] lanes = new int[panels * PanelKernel.PANEL];
        Arrays.setAll(lanes, i -> i < count ? i : -1);
        return of(vectors, dimension, lanes);
    }

    /** Lanes, used or not. */
    int lanes() {
        return halfNorms.length;
    }

    float halfNorm(int lane) {
        return halfNorms[lane];
    }

    /** Inner products with all lanes of {@code count} panels from {@code first} on. */
    void dots(float[] x, int offset, int first, int count, float[] into) {
        kernel.dots(
                x, offset, values, first * PanelKernel.PANEL * dimension, count, dimension, into);
    }

    /**
     * Scores of four vectors with all lanes of {@code count} panels from {@code first} on: the
     * higher, the nearer; see {@link PanelKernel#scores}.
     */
    void scores(
            float[] x,
            int x0,
            int x1,
            int x2,
            int x3,
            int first,
            int count,
            float[] into,
            int stride) {
        kernel.scores(
                x,
                x0,
                x1,
                x2,
                x3,
                values,
                first * PanelKernel.PANEL * dimension,
                count,
                dimension,
                halfNorms,
                first * PanelKernel.PANEL,
                into,
                stride);
    }

    /** The highest of the scores of {@code count} panels. */
    long highest(float[] scores, int offset, int count) {
        return kernel.highest(scores, offset, count);
    }

    long bytes() {
        return (long) (values.length + halfNorms.length) * Float.BYTES;
    }
}
