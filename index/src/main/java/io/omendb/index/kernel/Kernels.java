package io.omendb.index.kernel;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the kernel once per process: the Vector API where its module is loaded, plain Java
 * elsewhere.
 */
public final class Kernels {
    private static final Logger LOG = LoggerFactory.getLogger(Kernels.class);
    private static final DistanceKernel ACTIVE = choose();

    private Kernels() {}

    /** The kernel this process uses. */
    public static DistanceKernel active() {
        return ACTIVE;
    }

    private static DistanceKernel choose() {
        if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
            LOG.warn(
                    "Distances run on plain Java; start the JVM with --add-modules jdk.incubator.vector for SIMD");
            return new ScalarKernel();
        }
        DistanceKernel kernel = new VectorKernel();
        LOG.info("Distances run on {}", kernel.name());
        return kernel;
    }
}
