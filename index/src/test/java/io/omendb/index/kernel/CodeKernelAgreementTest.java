package io.omendb.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels of the index: Vector API and plain Java must do the same. */
class CodeKernelAgreementTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 192, 256, 704, 768, 1024, 1536, 4096})
    void encodeQuantizeScan_anyDimension_agree(int n) {
        BitCodeKernel[] kernels = {new ScalarBitCodeKernel(), new VectorBitCodeKernel()};
        int words = n / 32;
        int entries = 5 * BitCodeKernel.BLOCK;
        int blockInts = (words + BitCodeKernel.FIELDS) * BitCodeKernel.BLOCK;
        int[][] lists = new int[2][7 + 5 * blockInts];
        float[] centroid = gaussians(3 + n);
        for (int entry = 0; entry < entries; entry++) {
            float[] row = gaussians(2 + n);
            for (int k = 0; k < 2; k++) {
                int block = 7 + entry / BitCodeKernel.BLOCK * blockInts;
                int lane = entry % BitCodeKernel.BLOCK;
                kernels[k].encode(row, 2, centroid, 3, n, lists[k], block, lane);
            }
        }
        for (int b = 0; b < 5; b++) {
            int from = 7 + b * blockInts;
            int codes = words * BitCodeKernel.BLOCK;
            assertThat(Arrays.copyOfRange(lists[1], from, from + codes))
                    .as("seed %d", seed)
                    .isEqualTo(Arrays.copyOfRange(lists[0], from, from + codes));
        }
        float[] residual = gaussians(n);
        int[][] planes = new int[2][BitCodeKernel.PLANES * words];
        BitCodeKernel.QueryScalars[] scalars = {
            new BitCodeKernel.QueryScalars(), new BitCodeKernel.QueryScalars()
        };
        for (int k = 0; k < 2; k++) {
            kernels[k].quantize(residual, n, planes[k], scalars[k]);
        }
        assertThat(planes[1]).as("seed %d", seed).isEqualTo(planes[0]);
        assertThat(scalars[1].levels).isEqualTo(scalars[0].levels);
        int[][] positions = new int[2][entries];
        float[][] bounds = new float[2][entries];
        int[] found = new int[2];
        for (int k = 0; k < 2; k++) {
            scalars[k].a = 1;
            scalars[k].b = 1;
            scalars[k].e = 0.3f;
            scalars[k].base = n;
            found[k] =
                    kernels[k].lowerBounds(
                            lists[0],
                            7,
                            words,
                            5,
                            planes[0],
                            scalars[0],
                            1e9f,
                            positions[k],
                            bounds[k]);
        }
        assertThat(found[1]).isEqualTo(found[0]).isEqualTo(entries);
        for (int i = 0; i < entries; i++) {
            assertThat(positions[1][i]).isEqualTo(positions[0][i]);
            assertThat(bounds[1][i])
                    .as("seed %d entry %d", seed, i)
                    .isCloseTo(bounds[0][i], org.assertj.core.data.Offset.offset(n * 1e-3f));
        }
        float median = bounds[0][entries / 2];
        for (int k = 0; k < 2; k++) {
            found[k] =
                    kernels[k].lowerBounds(
                            lists[0],
                            7,
                            words,
                            5,
                            planes[0],
                            scalars[0],
                            median,
                            positions[k],
                            bounds[k]);
            for (int i = 0; i < found[k]; i++) {
                assertThat(bounds[k][i]).isLessThan(median);
            }
        }
        assertThat(Math.abs(found[0] - found[1])).as("seed %d", seed).isLessThanOrEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 192, 768, 4096})
    void panels_anyCount_agree(int n) {
        PanelKernel scalar = new ScalarPanelKernel();
        PanelKernel vector = new VectorPanelKernel();
        for (int count = 1; count < 10; count++) {
            int lanes = count * PanelKernel.PANEL;
            float[] panels = gaussians(n * lanes + 5);
            float[] x = gaussians(n + 1);
            float[] expected = new float[lanes];
            float[] got = new float[lanes];
            scalar.dots(x, 1, panels, 5, count, n, expected);
            vector.dots(x, 1, panels, 5, count, n, got);
            for (int i = 0; i < lanes; i++) {
                assertThat(got[i])
                        .as("seed %d", seed)
                        .isCloseTo(expected[i], org.assertj.core.data.Offset.offset(n * 1e-4f));
            }
            float[] norms = new float[lanes + 2];
            Arrays.fill(norms, 3f);
            norms[2 + lanes - 1] = Float.POSITIVE_INFINITY;
            int stride = lanes + 3;
            float[] four = gaussians(4 * n + 3);
            float[] byScalar = new float[4 * stride];
            float[] byVector = new float[4 * stride];
            scalar.scores(
                    four, 3, n, 2 * n, 3 * n + 3, panels, 5, count, n, norms, 2, byScalar, stride);
            vector.scores(
                    four, 3, n, 2 * n, 3 * n + 3, panels, 5, count, n, norms, 2, byVector, stride);
            for (int i = 0; i < PanelKernel.GROUP; i++) {
                assertThat(byVector[i * stride + lanes - 1]).isEqualTo(Float.NEGATIVE_INFINITY);
                for (int lane = 0; lane < lanes - 1; lane++) {
                    assertThat(byVector[i * stride + lane])
                            .as("seed %d", seed)
                            .isCloseTo(
                                    byScalar[i * stride + lane],
                                    org.assertj.core.data.Offset.offset(n * 1e-4f));
                }
                long highest = vector.highest(byVector, i * stride, count);
                assertThat(highest).isEqualTo(scalar.highest(byVector, i * stride, count));
                assertThat(byVector[i * stride + PanelKernel.lane(highest)])
                        .isEqualTo(PanelKernel.score(highest));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 256, 512, 1024, 2048, 4096})
    void hadamard_anyPowerOfTwo_agree(int n) {
        float[] a = gaussians(n + 3);
        float[] b = a.clone();
        new ScalarHadamardKernel().transform(a, 3, n);
        new VectorHadamardKernel().transform(b, 3, n);
        for (int i = 0; i < a.length; i++) {
            assertThat(b[i])
                    .as("seed %d", seed)
                    .isCloseTo(a[i], org.assertj.core.data.Offset.offset(n * 1e-4f));
        }
        float[] by = gaussians(n);
        new ScalarHadamardKernel().multiply(a, 3, by, 0, n);
        float[] again = b.clone();
        new VectorHadamardKernel().multiply(again, 3, by, 0, n);
        assertThat(again[n + 2]).isEqualTo(b[n + 2] * by[n - 1]);
    }

    private float[] gaussians(int n) {
        float[] values = new float[n];
        for (int i = 0; i < n; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
