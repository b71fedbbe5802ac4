package io.omendb.gpu.cuda;

import static io.omendb.gpu.cuda.CudaException.check;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.Pointer;
import jcuda.driver.JCudaDriver;

/**
 * Host memory that the device reads and writes by itself. Grows when more is asked for. Used by one
 * thread; growing waits for no copy, so only grow when none is under way.
 */
public final class PinnedBuffer implements AutoCloseable {
    private Pointer pointer = new Pointer();
    private ByteBuffer bytes = ByteBuffer.allocate(0);

    /** Makes room for at least so many bytes; what was there before is gone if it had to grow. */
    public void reserve(long wanted) {
        if (wanted <= bytes.capacity()) {
            return;
        }
        if (wanted > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("pinned memory: found " + wanted + " bytes");
        }
        close();
        Pointer allocated = new Pointer();
        int rounded = (int) Math.min(Integer.MAX_VALUE, Math.max(4096, wanted + wanted / 4));
        check("cuMemHostAlloc", JCudaDriver.cuMemHostAlloc(allocated, rounded, 0));
        pointer = allocated;
        bytes = allocated.getByteBuffer(0, rounded).order(ByteOrder.nativeOrder());
    }

    /** Whether it would have to grow for so many bytes. */
    public boolean isSmallerThan(long wanted) {
        return wanted > bytes.capacity();
    }

    /** The memory, in the byte order of the machine. */
    public ByteBuffer bytes() {
        return bytes;
    }

    Pointer at(long offset) {
        return offset == 0 ? pointer : pointer.withByteOffset(offset);
    }

    @Override
    public void close() {
        if (bytes.capacity() > 0) {
            bytes = ByteBuffer.allocate(0);
            check("cuMemFreeHost", JCudaDriver.cuMemFreeHost(pointer));
        }
    }
}
