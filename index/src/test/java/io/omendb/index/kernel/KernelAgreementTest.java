package io.omendb.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelAgreementTest {
    private final DistanceKernel scalar = new ScalarKernel();
    private final DistanceKernel vector = new VectorKernel();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 7, 13, 16, 17, 63, 64, 100, 128, 207, 702, 1536, 4096})
    void scores_anySizeAndOffset_agreeWithDoublePrecision(int n) {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int trial = 0; trial < 20; trial++) {
            int aOffset = random.nextInt(5);
            int bOffset = random.nextInt(5);
            float[] a = gaussians(random, n + aOffset + random.nextInt(3));
            float[] b = gaussians(random, n + bOffset + random.nextInt(3));
            double dot = 0;
            double l2 = 0;
            double scale = 1e-9;
            for (int i = 0; i < n; i++) {
                double x = a[aOffset + i];
                double y = b[bOffset + i];
                dot += x * y;
                l2 += (x - y) * (x - y);
                scale += Math.abs(x * y) + (x - y) * (x - y);
            }
            double tolerance = scale * 1e-6;
            for (DistanceKernel kernel : new DistanceKernel[] {scalar, vector}) {
                String name = kernel.name() + " n=" + n + " seed=" + seed;
                assertThat((double) kernel.dot(a, aOffset, b, bOffset, n))
                        .as(name)
                        .isBetween(dot - tolerance, dot + tolerance);
                assertThat((double) kernel.squaredL2(a, aOffset, b, bOffset, n))
                        .as(name)
                        .isBetween(l2 - tolerance, l2 + tolerance);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 16, 100})
    void scores_nanOrRangeOutsideArray_areNotHidden(int n) {
        float[] a = new float[n];
        float[] b = new float[n];
        b[n - 1] = Float.NaN;
        for (DistanceKernel kernel : new DistanceKernel[] {scalar, vector}) {
            assertThat(kernel.dot(a, 0, b, 0, n)).isNaN();
            assertThat(kernel.squaredL2(a, 0, b, 0, n)).isNaN();
            assertThatThrownBy(() -> kernel.dot(a, 1, b, 0, n))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @org.junit.jupiter.api.Test
    void active_moduleLoaded_isTheVectorKernel() {
        assertThat(Kernels.active().name()).startsWith("vector-");
    }

    private static float[] gaussians(Random random, int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
