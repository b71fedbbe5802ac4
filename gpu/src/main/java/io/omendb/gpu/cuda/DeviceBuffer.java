package io.omendb.gpu.cuda;

import static io.omendb.gpu.cuda.CudaException.check;

import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/**
 * Device memory. Grows when more is asked for and never shrinks, so that work of a size seen before
 * allocates nothing. Used by one thread at a time, in the order of one stream, which has to outlive
 * it; whoever opened it closes it.
 */
public final class DeviceBuffer implements AutoCloseable {
    private static final int BYTES_MIN = 256;

    private final Stream stream;
    private DevicePointer pointer = new DevicePointer();
    private long bytes;

    /** No memory yet. */
    public DeviceBuffer(Stream stream) {
        this.stream = stream;
    }

    /** Memory of a size. */
    public static DeviceBuffer of(Stream stream, long bytes) {
        DeviceBuffer buffer = new DeviceBuffer(stream);
        buffer.reserve(bytes);
        return buffer;
    }

    /**
     * Makes room for at least so many bytes. What was there before is gone if it had to grow.
     *
     * @throws CudaException if memory ran out; the buffer is empty then
     */
    public void reserve(long wanted) {
        if (wanted > bytes) {
            allocate(wanted + wanted / 8);
        }
    }

    /** Makes room for so many bytes and no more, for what will not grow. */
    public void reserveExactly(long wanted) {
        if (wanted > bytes) {
            allocate(wanted);
        }
    }

    private void allocate(long wanted) {
        close();
        long rounded = Math.max(BYTES_MIN, wanted);
        check("cuMemAllocAsync", JCudaDriver.cuMemAllocAsync(pointer, rounded, stream.handle()));
        bytes = rounded;
    }

    /** Bytes held. */
    public long bytes() {
        return bytes;
    }

    /** Where it starts, for kernels. */
    public long address() {
        return bytes == 0 ? 0 : pointer.address();
    }

    /** Starts copying from the host. */
    public void write(long offset, PinnedBuffer from, long fromOffset, long count) {
        write(offset, from, fromOffset, count, stream);
    }

    /** Starts copying from the host, in the order of another stream. */
    public void write(long offset, PinnedBuffer from, long fromOffset, long count, Stream order) {
        if (offset + count > bytes) {
            throw new IndexOutOfBoundsException(offset + " + " + count + " of " + bytes);
        }
        check(
                "cuMemcpyHtoDAsync",
                JCudaDriver.cuMemcpyHtoDAsync(
                        at(offset), from.at(fromOffset), count, order.handle()));
    }

    /** Starts copying to the host. */
    public void read(long offset, PinnedBuffer into, long intoOffset, long count) {
        read(offset, into, intoOffset, count, stream);
    }

    /** Starts copying to the host, in the order of another stream. */
    public void read(long offset, PinnedBuffer into, long intoOffset, long count, Stream order) {
        if (offset + count > bytes) {
            throw new IndexOutOfBoundsException(offset + " + " + count + " of " + bytes);
        }
        check(
                "cuMemcpyDtoHAsync",
                JCudaDriver.cuMemcpyDtoHAsync(
                        into.at(intoOffset), at(offset), count, order.handle()));
    }

    /** Starts filling bytes with one value. */
    public void fill(long offset, byte value, long count) {
        check(
                "cuMemsetD8Async",
                JCudaDriver.cuMemsetD8Async(at(offset), value, count, stream.handle()));
    }

    /** Starts copying within the device. */
    public void copyFrom(DeviceBuffer from, long count) {
        copyFrom(from, count, stream);
    }

    /** Starts copying within the device, in the order of another stream. */
    public void copyFrom(DeviceBuffer from, long count, Stream order) {
        check(
                "cuMemcpyDtoDAsync",
                JCudaDriver.cuMemcpyDtoDAsync(pointer, from.pointer, count, order.handle()));
    }

    private CUdeviceptr at(long offset) {
        return offset == 0 ? pointer : pointer.withByteOffset(offset);
    }

    /** Gives the memory back once all work before in the stream is done. */
    @Override
    public void close() {
        if (bytes > 0) {
            bytes = 0;
            int unchecked = JCudaDriver.cuMemFreeAsync(pointer, stream.handle());
            pointer = new DevicePointer();
            check("cuMemFreeAsync", unchecked);
        }
    }
}
