package io.omendb.gpu.cuda;

import static io.omendb.gpu.cuda.CudaException.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.JCudaDriver;

/**
 * A kernel with room for its arguments, so that a launch allocates nothing. The driver copies
 * arguments when it is called. Used by one thread.
 */
public final class Kernel {
    private static final int ARGUMENTS_MAX = 24;

    /** A block may have 48 KiB without asking; some of that is what kernels declare themselves. */
    private static final int SHARED_BYTES_FREE = 40 << 10;

    private final String name;
    private final CUfunction function;
    private final ByteBuffer values =
            ByteBuffer.allocateDirect(ARGUMENTS_MAX * Long.BYTES).order(ByteOrder.nativeOrder());
    private final Pointer arguments;
    private int next;
    private int sharedBytes;
    private int sharedBytesAllowed = SHARED_BYTES_FREE;
    private int residentShared = -1;
    private int residentThreads;
    private int resident;

    Kernel(String name, CUfunction function) {
        this.name = name;
        this.function = function;
        Pointer[] each = new Pointer[ARGUMENTS_MAX];
        Pointer first = Pointer.toBuffer(values);
        for (int i = 0; i < ARGUMENTS_MAX; i++) {
            each[i] = first.withByteOffset((long) i * Long.BYTES);
        }
        this.arguments = Pointer.to(each);
    }

    /** Starts a list of arguments. */
    public Kernel arguments() {
        next = 0;
        sharedBytes = 0;
        return this;
    }

    /** The next argument: an address or another number of 64 bits. */
    public Kernel add(long value) {
        values.putLong(next++ * Long.BYTES, value);
        return this;
    }

    /** The next argument: device memory. */
    public Kernel add(DeviceBuffer buffer) {
        return add(buffer.address());
    }

    /** The next argument: a number of 32 bits. */
    public Kernel add(int value) {
        values.putInt(next++ * Long.BYTES, value);
        return this;
    }

    /** The next argument: a float. */
    public Kernel add(float value) {
        values.putFloat(next++ * Long.BYTES, value);
        return this;
    }

    /** The next argument: a double. */
    public Kernel add(double value) {
        values.putDouble(next++ * Long.BYTES, value);
        return this;
    }

    /** Bytes of shared memory a block, besides what the kernel declares. */
    public Kernel shared(int bytes) {
        sharedBytes = bytes;
        return this;
    }

    /** Starts the kernel. */
    public void launch(int blocksX, int blocksY, int threads, Stream stream) {
        allowShared(sharedBytes);
        check(
                name,
                JCudaDriver.cuLaunchKernel(
                        function,
                        blocksX,
                        blocksY,
                        1,
                        threads,
                        1,
                        1,
                        sharedBytes,
                        stream.handle(),
                        arguments,
                        null));
    }

    /** Starts the kernel. */
    public void launch(int blocks, int threads, Stream stream) {
        launch(blocks, 1, threads, stream);
    }

    /** How many blocks run on a multiprocessor at a time. */
    public int blocksResident(int threads, int shared) {
        if (shared != residentShared || threads != residentThreads) {
            allowShared(shared);
            int[] blocks = new int[1];
            check(
                    name,
                    JCudaDriver.cuOccupancyMaxActiveBlocksPerMultiprocessor(
                            blocks, function, threads, shared));
            resident = blocks[0];
            residentShared = shared;
            residentThreads = threads;
        }
        return resident;
    }

    private void allowShared(int bytes) {
        if (bytes > sharedBytesAllowed) {
            check(
                    name,
                    JCudaDriver.cuFuncSetAttribute(
                            function,
                            CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                            bytes));
            sharedBytesAllowed = bytes;
        }
    }
}
