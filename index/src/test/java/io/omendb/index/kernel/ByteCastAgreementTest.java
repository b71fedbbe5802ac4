package io.omendb.index.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Components that become bytes come back bit by bit, or do not become bytes. */
class ByteCastAgreementTest {
    private static final List<ByteCastKernel> KERNELS =
            List.of(
                    new ScalarByteCastKernel(),
                    VectorByteCastKernel.isSupported()
                            ? new VectorByteCastKernel()
                            : new ScalarByteCastKernel());

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 7, 8, 15, 16, 31, 64, 100, 128, 1_000, 4_096})
    void widen_whatWasNarrowed_isTheSame(int n) {
        for (boolean signed : new boolean[] {false, true}) {
            float[] components = new float[3 + n];
            for (int i = 0; i < components.length; i++) {
                components[i] = random.nextInt(256) - (signed ? 128 : 0);
            }
            for (ByteCastKernel kernel : KERNELS) {
                byte[] bytes = new byte[5 + n];
                float[] back = new float[2 + n + 1];
                Arrays.fill(back, Float.NaN);
                assertThat(kernel.narrow(components, 3, bytes, 5, n, signed))
                        .as("seed %d", seed)
                        .isTrue();
                kernel.widen(bytes, 5, back, 2, n, signed);
                assertThat(Arrays.copyOfRange(back, 2, 2 + n))
                        .as("seed %d, signed %s, %s", seed, signed, kernel)
                        .isEqualTo(Arrays.copyOfRange(components, 3, 3 + n));
                assertThat(new float[] {back[0], back[1], back[2 + n]})
                        .containsExactly(Float.NaN, Float.NaN, Float.NaN);
            }
        }
    }

    @Test
    void narrow_everyInteger_fitsWhereItShould() {
        for (int i = -1_000; i <= 1_000; i++) {
            assertThat(narrow(i, false)).as("%d", i).isEqualTo(i >= 0 && i <= 255);
            assertThat(narrow(i, true)).as("%d", i).isEqualTo(i >= -128 && i <= 127);
        }
    }

    @ParameterizedTest
    @ValueSource(
            floats = {
                -0f,
                0.5f,
                -0.5f,
                1.0000001f,
                254.99998f,
                -127.99999f,
                Float.MIN_VALUE,
                -Float.MIN_VALUE,
                Float.MAX_VALUE,
                -Float.MAX_VALUE,
                Float.NaN,
                Float.POSITIVE_INFINITY,
                Float.NEGATIVE_INFINITY,
                16_777_216f,
                -8_388_608f,
                8_388_609f
            })
    void narrow_whatIsNoSmallInteger_doesNotFit(float component) {
        assertThat(narrow(component, false)).isFalse();
        assertThat(narrow(component, true)).isFalse();
    }

    /** Floats of every sign and exponent: what fits comes back. */
    @Test
    void narrow_anyBits_fitsOnlyWhatComesBack() {
        for (long bits = random.nextInt(9_973); bits < 1L << 32; bits += 9_973) {
            float component = Float.intBitsToFloat((int) bits);
            boolean isInteger = component == (int) component && (int) bits != 0x80000000;
            assertThat(narrow(component, false))
                    .as("seed %d: %s", seed, component)
                    .isEqualTo(isInteger && component >= 0 && component <= 255);
            assertThat(narrow(component, true))
                    .as("seed %d: %s", seed, component)
                    .isEqualTo(isInteger && component >= -128 && component <= 127);
        }
    }

    /** In the last place of many, where all others fit. */
    private static boolean narrow(float component, boolean signed) {
        float[] components = new float[17];
        components[16] = component;
        boolean fits = KERNELS.get(0).narrow(components, 0, new byte[17], 0, 17, signed);
        assertThat(KERNELS.get(1).narrow(components, 0, new byte[17], 0, 17, signed))
                .isEqualTo(fits);
        return fits;
    }
}
