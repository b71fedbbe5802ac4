package io.omendb.gpu.exact;

import io.omendb.gpu.cuda.CudaContext;
import io.omendb.gpu.cuda.Kernel;
import java.util.Map;
import java.util.TreeMap;

/** The variants of the scanning kernels, by how many queries a block compares a row with. */
final class ScanKernels {
    private static final int[] GROUPS = {8, 16, 32, 64};

    private final Map<Integer, Kernel> samples = new TreeMap<>();
    private final Map<Integer, Kernel> scans = new TreeMap<>();

    ScanKernels(CudaContext context) {
        for (int group : GROUPS) {
            samples.put(group, context.kernel("sample_" + group));
            scans.put(group, context.kernel("scan_" + group));
        }
    }

    Kernel sample(int group) {
        return of(samples, group);
    }

    Kernel scan(int group) {
        return of(scans, group);
    }

    private static Kernel of(Map<Integer, Kernel> kernels, int group) {
        Kernel kernel = kernels.get(group);
        if (kernel == null) {
            throw new IllegalArgumentException("no kernel for " + group + " queries");
        }
        return kernel;
    }
}
