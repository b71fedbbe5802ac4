package io.omendb.gpu.cuda;

import jcuda.driver.CUresult;

/**
 * A call of the driver failed. Unchecked, since it can happen in every line that uses the device.
 */
public final class CudaException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int result;

    CudaException(String call, int result) {
        super(call + ": " + CUresult.stringFor(result) + " (" + result + ")");
        this.result = result;
    }

    /** Whether memory ran out: nothing else is wrong with the device. */
    public boolean isOutOfMemory() {
        return result == CUresult.CUDA_ERROR_OUT_OF_MEMORY;
    }

    static void check(String call, int result) {
        if (result != CUresult.CUDA_SUCCESS) {
            throw new CudaException(call, result);
        }
    }
}
