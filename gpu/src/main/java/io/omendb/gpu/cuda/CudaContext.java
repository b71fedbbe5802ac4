package io.omendb.gpu.cuda;

import static io.omendb.gpu.cuda.CudaException.check;

import io.omendb.index.device.DeviceException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdevice_attribute;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/**
 * The first GPU of this machine, with the kernels loaded. Needs the driver's library alone, no CUDA
 * toolkit. A thread that uses the device calls {@link #use} once before.
 */
public final class CudaContext implements AutoCloseable {
    private static final int CAPABILITY_MIN = 75;
    private static final int CAPABILITY_MMA_M16 = 80;
    private static final int NAME_BYTES = 256;

    private final CUdevice device;
    private final CUcontext context;
    private final CUmodule module;
    private final String name;
    private final int capability;
    private final Stream memory;
    private boolean open = true;

    private CudaContext(
            CUdevice device, CUcontext context, CUmodule module, String name, int capability) {
        this.device = device;
        this.context = context;
        this.module = module;
        this.name = name;
        this.capability = capability;
        this.memory = new Stream(false);
    }

    /**
     * Opens the first GPU.
     *
     * @throws DeviceException if there is no driver, no GPU or none that is new enough
     */
    public static CudaContext open() throws DeviceException {
        try {
            check("cuInit", JCudaDriver.cuInit(0));
        } catch (LinkageError e) {
            throw new DeviceException(
                    "no NVIDIA driver on this machine (libcuda.so.1 cannot be loaded)", e);
        } catch (CudaException e) {
            throw new DeviceException("the NVIDIA driver finds no GPU: " + e.getMessage(), e);
        }
        try {
            return openFirst();
        } catch (CudaException e) {
            throw new DeviceException("the GPU cannot be used: " + e.getMessage(), e);
        }
    }

    private static CudaContext openFirst() throws DeviceException {
        CUdevice device = new CUdevice();
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, 0));
        byte[] text = new byte[NAME_BYTES];
        check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(text, text.length, device));
        int end = 0;
        while (end < text.length && text[end] != 0) {
            end++;
        }
        String name = new String(text, 0, end, StandardCharsets.UTF_8);
        int capability =
                attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR)
                                * 10
                        + attribute(
                                device,
                                CUdevice_attribute.CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
        if (capability < CAPABILITY_MIN) {
            throw new DeviceException(
                    name
                            + " has compute capability "
                            + capability / 10.0
                            + ", at least 7.5 is needed");
        }
        CUcontext context = new CUcontext();
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device));
        try {
            check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
            CUmodule module = new CUmodule();
            check("cuModuleLoadData", JCudaDriver.cuModuleLoadData(module, program(capability)));
            return new CudaContext(device, context, module, name, capability);
        } catch (CudaException e) {
            int unchecked = JCudaDriver.cuDevicePrimaryCtxRelease(device);
            throw e;
        }
    }

    /** The kernels as the driver compiles them: PTX, ended by a zero byte. */
    private static byte[] program(int capability) throws DeviceException {
        String file =
                "exact.compute_"
                        + (capability >= CAPABILITY_MMA_M16 ? CAPABILITY_MMA_M16 : CAPABILITY_MIN)
                        + ".ptx.gz";
        try (InputStream packed = CudaContext.class.getResourceAsStream("/io/omendb/gpu/" + file)) {
            if (packed == null) {
                throw new DeviceException("the kernels are missing: " + file);
            }
            byte[] text = new GZIPInputStream(packed).readAllBytes();
            return Arrays.copyOf(text, text.length + 1);
        } catch (IOException e) {
            throw new DeviceException("the kernels cannot be read: " + file, e);
        }
    }

    private static int attribute(CUdevice device, int which) {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, which, device));
        return value[0];
    }

    /** Makes the device the calling thread's. */
    public void use() {
        check("cuCtxSetCurrent", JCudaDriver.cuCtxSetCurrent(context));
    }

    public String name() {
        return name;
    }

    /** Compute capability times ten. */
    public int capability() {
        return capability;
    }

    /** Multiprocessors. */
    public int multiprocessors() {
        return attribute(device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT);
    }

    /** Shared memory that a block may have, in bytes. */
    public int sharedBytesMax() {
        return attribute(
                device, CUdevice_attribute.CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
    }

    /** Bytes of device memory that nobody uses now. */
    public long freeBytes() {
        long[] free = new long[1];
        long[] total = new long[1];
        check("cuMemGetInfo", JCudaDriver.cuMemGetInfo(free, total));
        return free[0];
    }

    /**
     * A stream that lives as long as the context, for memory that one thread takes and another
     * gives back.
     */
    public Stream memory() {
        return memory;
    }

    /** A stream for what somebody waits for: it goes before all others. */
    public Stream urgentStream() {
        return new Stream(true);
    }

    /** A stream of its own. */
    public Stream stream() {
        return new Stream(false);
    }

    /** A kernel by name, with arguments of its own. */
    public Kernel kernel(String kernel) {
        CUfunction function = new CUfunction();
        check(kernel, JCudaDriver.cuModuleGetFunction(function, module, kernel));
        return new Kernel(kernel, function);
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            memory.close();
            int unchecked = JCudaDriver.cuModuleUnload(module);
            check("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(device));
        }
    }
}
