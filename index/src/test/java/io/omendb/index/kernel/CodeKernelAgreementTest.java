package io.omendb.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Arrays;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kernels of the index: Vector API and plain Java must do the same. */
class CodeKernelAgreementTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    private static final int BLOCKS = 5;
    private static final int ENTRIES = BLOCKS * BitCodeKernel.BLOCK;
    private static final int OFFSET = 7;

    @ParameterizedTest
    @CsvSource({
        "COUNTING,64",
        "COUNTING,128",
        "COUNTING,192",
        "COUNTING,256",
        "COUNTING,704",
        "COUNTING,768",
        "COUNTING,1024",
        "COUNTING,1536",
        "COUNTING,4096",
        "LOOKUP,64",
        "LOOKUP,128",
        "LOOKUP,192",
        "LOOKUP,256",
        "LOOKUP,704",
        "LOOKUP,768",
        "LOOKUP,1024",
        "LOOKUP,1536",
        "LOOKUP,4096",
        "LOOKUP,4352"
    })
    void encodeQuantizeScan_anyDimension_isAsInPlainJava(BitCodeKernels kind, int n) {
        assumeTrue(
                kind.runsWith(VectorLanes.LANES), "registers of " + VectorLanes.LANES + " floats");
        float[] centroid = gaussians(3 + n);
        float[][] rows = new float[ENTRIES][];
        for (int entry = 0; entry < ENTRIES; entry++) {
            rows[entry] = gaussians(2 + n);
        }
        float[] residual = gaussians(n);
        // Every level at its end: for a code of ones only, sums as large and as small as they get.
        float[] corner = new float[n];
        Arrays.fill(corner, 1f);
        float[] opposite = new float[n];
        Arrays.fill(opposite, -1f);
        for (int d = 0; d < n; d++) {
            rows[0][2 + d] = centroid[3 + d] + 1;
        }
        Encoded plain = new Encoded(new ScalarBitCodeKernel(), n, rows, centroid);
        Encoded vector = new Encoded(kind.create(), n, rows, centroid);
        assertThat(vector.codes()).as("seed %d", seed).isEqualTo(plain.codes());
        for (float[] query : new float[][] {residual, corner, opposite}) {
            plain.quantize(query);
            vector.quantize(query);
            assertThat(vector.scalars.levels).isEqualTo(plain.scalars.levels);
            assertThat(vector.scalars.step).isEqualTo(plain.scalars.step);
            assertThat(plain.scan(1e9f)).isEqualTo(ENTRIES);
            assertThat(vector.scan(1e9f)).isEqualTo(ENTRIES);
            assertThat(vector.positions).isEqualTo(plain.positions);
            // Products are integers, and one more or less would be seen: what is made of them is
            // rounded, the error of the first row most, a root of a difference of nearly nothing.
            for (int i = 0; i < ENTRIES; i++) {
                assertThat(vector.bounds[i])
                        .as("seed %d entry %d", seed, i)
                        .isCloseTo(plain.bounds[i], Offset.offset(n * 1e-4f + 0.01f));
            }
            float median = plain.bounds[ENTRIES / 2];
            int found = vector.scan(median);
            for (int i = 0; i < found; i++) {
                assertThat(vector.bounds[i]).isLessThan(median);
            }
            assertThat(Math.abs(found - plain.scan(median)))
                    .as("seed %d", seed)
                    .isLessThanOrEqualTo(1);
        }
    }

    /** A list as one kernel makes it, and a query of its own. */
    private static final class Encoded {
        final BitCodeKernel kernel;
        final int n;
        final int words;
        final int blockInts;
        final int[] list;
        final int[] query;
        final BitCodeKernel.QueryScalars scalars = new BitCodeKernel.QueryScalars();
        final int[] positions = new int[ENTRIES];
        final float[] bounds = new float[ENTRIES];

        Encoded(BitCodeKernel kernel, int n, float[][] rows, float[] centroid) {
            this.kernel = kernel;
            this.n = n;
            words = n / Integer.SIZE;
            blockInts = (words + BitCodeKernel.FIELDS) * BitCodeKernel.BLOCK;
            list = new int[OFFSET + BLOCKS * blockInts];
            query = new int[kernel.queryInts(n)];
            // Twice, the second time where other codes lie.
            for (int i = ENTRIES - 1; i >= 0; i--) {
                encode(rows[i], centroid, ENTRIES - 1 - i);
            }
            for (int i = 0; i < ENTRIES; i++) {
                encode(rows[i], centroid, i);
            }
        }

        private void encode(float[] row, float[] centroid, int entry) {
            int block = OFFSET + entry / BitCodeKernel.BLOCK * blockInts;
            kernel.encode(row, 2, centroid, 3, n, list, block, entry % BitCodeKernel.BLOCK);
        }

        int[] codes() {
            int size = words * BitCodeKernel.BLOCK;
            int[] codes = new int[BLOCKS * size];
            for (int i = 0; i < BLOCKS; i++) {
                kernel.layout().convert(list, OFFSET + i * blockInts, codes, i * size, words);
            }
            return codes;
        }

        void quantize(float[] residual) {
            kernel.quantize(residual, n, query, scalars);
            scalars.a = 1;
            scalars.b = 1;
            scalars.e = 0.3f;
            scalars.base = n;
        }

        int scan(float below) {
            return kernel.lowerBounds(
                    list, OFFSET, words, BLOCKS, query, scalars, below, positions, bounds);
        }
    }

    @Test
    void choose_byNameOrRegisters_isOneThatRuns() {
        assertThat(BitCodeKernels.choose(null, 0)).isEqualTo(BitCodeKernels.SCALAR);
        assertThat(BitCodeKernels.choose(null, 4)).isEqualTo(BitCodeKernels.SCALAR);
        assertThat(BitCodeKernels.choose(null, 8)).isEqualTo(BitCodeKernels.LOOKUP);
        assertThat(BitCodeKernels.choose(null, 16)).isEqualTo(BitCodeKernels.COUNTING);
        assertThat(BitCodeKernels.choose("counting", 8)).isEqualTo(BitCodeKernels.COUNTING);
        assertThatThrownBy(() -> BitCodeKernels.choose("lookup", 4))
                .hasMessage(
                        "omen.kernel.codes: lookup needs registers of 256 bits, found 128 (the Vector API's)");
        assertThatThrownBy(() -> BitCodeKernels.choose("gpu", 8))
                .hasMessage("omen.kernel.codes: found gpu, expected scalar, counting or lookup");
    }

    @Test
    void lookup_moreComponentsThanSumsHold_isRefused() {
        assumeTrue(BitCodeKernels.LOOKUP.runsWith(VectorLanes.LANES), "narrow registers");
        BitCodeKernel kernel = BitCodeKernels.LOOKUP.create();
        assertThat(kernel.queryInts(4352)).isPositive();
        assertThatThrownBy(() -> kernel.queryInts(4416))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4352");
    }

    @ParameterizedTest
    @EnumSource
    void layout_wordsPutCopiedAndConverted_areTheSame(CodeLayout layout) {
        int words = 6;
        int size = words * BitCodeKernel.BLOCK;
        int[] wanted = random.ints(size).toArray();
        int[] block = random.ints(3 + size).toArray();
        int[] copied = random.ints(5 + size).toArray();
        for (int i = 0; i < size; i++) {
            int lane = i % BitCodeKernel.BLOCK;
            layout.putWord(block, 3, lane, i / BitCodeKernel.BLOCK, wanted[i]);
        }
        int[] got = new int[1 + size];
        layout.convert(block, 3, got, 1, words);
        assertThat(Arrays.copyOfRange(got, 1, 1 + size)).as("seed %d", seed).isEqualTo(wanted);
        for (int lane = 0; lane < BitCodeKernel.BLOCK; lane++) {
            int to = (lane * 5 + 3) % BitCodeKernel.BLOCK;
            layout.copyCode(block, 3, lane, copied, 5, to, words);
        }
        layout.convert(copied, 5, got, 1, words);
        for (int i = 0; i < size; i++) {
            int lane = i % BitCodeKernel.BLOCK;
            int to = (lane * 5 + 3) % BitCodeKernel.BLOCK;
            assertThat(got[1 + i - lane + to]).as("seed %d", seed).isEqualTo(wanted[i]);
        }
        int[] back = new int[3 + size];
        layout.convert(wanted, 0, back, 3, words);
        assertThat(Arrays.copyOfRange(back, 3, 3 + size))
                .isEqualTo(Arrays.copyOfRange(block, 3, 3 + size));
    }

    @ParameterizedTest
    @ValueSource(ints = {64, 128, 192, 768, 4096})
    void panels_anyCount_agree(int n) {
        assumeTrue(VectorPanelKernel.isSupported(), "registers of two floats");
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
                        .isCloseTo(expected[i], Offset.offset(n * 1e-4f));
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
                            .isCloseTo(byScalar[i * stride + lane], Offset.offset(n * 1e-4f));
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
            assertThat(b[i]).as("seed %d", seed).isCloseTo(a[i], Offset.offset(n * 1e-4f));
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
