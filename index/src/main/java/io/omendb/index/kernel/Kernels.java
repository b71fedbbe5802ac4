package io.omendb.index.kernel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernel once per process: the Vector API where its module is loaded, plain Java
 * elsewhere.
 */
public final class Kernels {
    private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
    private static final boolean SIMD =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    private static final PanelKernel PANELS =
            SIMD && VectorPanelKernel.isSupported()
                    ? new VectorPanelKernel()
                    : new ScalarPanelKernel();
    private static final HadamardKernel HADAMARD =
            SIMD ? new VectorHadamardKernel() : new ScalarHadamardKernel();
    private static final BitCodeKernel BIT_CODES = BitCodeKernels.choose(SIMD);
    private static final ByteCastKernel BYTE_CASTS =
            SIMD && VectorByteCastKernel.isSupported()
                    ? new VectorByteCastKernel()
                    : new ScalarByteCastKernel();

    private Kernels() {}

    /** Distances of two vectors. */
    public static DistanceKernel active() {
        return Distances.ACTIVE;
    }

    /** Inner products with panels of vectors. */
    public static PanelKernel panels() {
        return PANELS;
    }

    /** The fast Walsh-Hadamard transform. */
    public static HadamardKernel hadamard() {
        return HADAMARD;
    }

    /** RaBitQ's work on bits; see {@link BitCodeKernels}. */
    public static BitCodeKernel bitCodes() {
        return BIT_CODES;
    }

    /** Components as bytes and back. */
    public static ByteCastKernel byteCasts() {
        return BYTE_CASTS;
    }

    /** Apart: who compares no vectors, as producers, is told nothing about how fast that is. */
    private static final class Distances {
        static final DistanceKernel ACTIVE = choose();

        private static DistanceKernel choose() {
            if (!SIMD) {
                LOG.warn(
                        "Distances run on plain Java; start the JVM with --add-modules jdk.incubator.vector for SIMD");
                return new ScalarKernel();
            }
            DistanceKernel kernel = new VectorKernel();
            LOG.info("Distances run on {}", kernel.name());
            return kernel;
        }
    }
}
