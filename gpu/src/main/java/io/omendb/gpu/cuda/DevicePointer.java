package io.omendb.gpu.cuda;

import jcuda.driver.CUdeviceptr;

/** A pointer into device memory whose address can be told to kernels as a number. */
final class DevicePointer extends CUdeviceptr {

    long address() {
        return getNativePointer() + getByteOffset();
    }
}
