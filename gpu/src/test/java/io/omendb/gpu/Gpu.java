package io.omendb.gpu;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.index.device.DeviceException;

/** The GPU of the machine that runs the tests, if it has one. */
public final class Gpu {

    private Gpu() {}

    /** Opens it; the test is skipped, saying why, where there is none. */
    public static CudaContext open() {
        try {
            CudaContext context = CudaContext.open();
            context.use();
            return context;
        } catch (DeviceException e) {
            assumeTrue(false, "needs an NVIDIA GPU: " + e.getMessage());
            throw new AssertionError(e);
        }
    }

    /** Opens it as a plugin does. */
    static CudaSearchDevice device(long budgetBytes) {
        try {
            return CudaSearchDevice.open(new GpuOptions(budgetBytes));
        } catch (DeviceException e) {
            assumeTrue(false, "needs an NVIDIA GPU: " + e.getMessage());
            throw new AssertionError(e);
        }
    }
}
