package io.omendb.gpu.cuda;

import static io.omendb.gpu.cuda.CudaException.check;

import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** Work for the device in order. Used by one thread. */
public final class Stream implements AutoCloseable {
    private final CUstream handle = new CUstream();
    private boolean open = true;

    /**
     * A stream.
     *
     * @param urgent whether its kernels get the device's next free places before those of others
     */
    Stream(boolean urgent) {
        int[] least = new int[1];
        int[] greatest = new int[1];
        check(
                "cuCtxGetStreamPriorityRange",
                JCudaDriver.cuCtxGetStreamPriorityRange(least, greatest));
        check(
                "cuStreamCreateWithPriority",
                JCudaDriver.cuStreamCreateWithPriority(
                        handle,
                        CUstream_flags.CU_STREAM_NON_BLOCKING,
                        urgent ? greatest[0] : least[0]));
    }

    CUstream handle() {
        return handle;
    }

    /** Waits until all that was started is done. */
    public void await() {
        check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(handle));
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(handle));
        }
    }
}
