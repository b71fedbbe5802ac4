package io.omendb.gpu.build;

import io.omendb.gpu.cuda.DeviceBuffer;
import io.omendb.gpu.cuda.PinnedBuffer;
import io.omendb.gpu.cuda.Stream;
import io.omendb.index.background.Pace;

/** Copies arrays to and from the device, a piece at a time. Used by one thread. */
final class Upload implements AutoCloseable {
    private static final int PIECE = 1 << 18;

    private final Stream stream;
    private final PinnedBuffer staging = new PinnedBuffer();

    Upload(Stream stream) {
        this.stream = stream;
    }

    /** Copies an array to memory that is made as large as it needs. */
    void put(int[] from, DeviceBuffer to) {
        to.reserveExactly((long) from.length * Integer.BYTES);
        staging.reserve((long) PIECE * Integer.BYTES);
        for (int at = 0; at < from.length; at += PIECE) {
            int count = Math.min(PIECE, from.length - at);
            staging.bytes().asIntBuffer().put(0, from, at, count);
            copy(to, at, count);
        }
    }

    /**
     * Copies the start of an array.
     *
     * @return the largest absolute value
     */
    float put(float[] from, int length, DeviceBuffer to) {
        to.reserveExactly((long) length * Float.BYTES);
        staging.reserve((long) PIECE * Float.BYTES);
        float largest = 0;
        for (int at = 0; at < length; at += PIECE) {
            int count = Math.min(PIECE, length - at);
            staging.bytes().asFloatBuffer().put(0, from, at, count);
            for (int i = at; i < at + count; i++) {
                largest = Math.max(largest, Math.abs(from[i]));
            }
            copy(to, at, count);
        }
        return largest;
    }

    private void copy(DeviceBuffer to, int at, int count) {
        to.write((long) at * Integer.BYTES, staging, 0, (long) count * Integer.BYTES, stream);
        // The staging memory is free again after that.
        stream.await();
        Pace.step();
    }

    /** Copies to the host, once all before is done. */
    void get(DeviceBuffer from, int[] into) {
        for (int at = 0; at < into.length; at += PIECE) {
            int count = Math.min(PIECE, into.length - at);
            fetch(from, at, count);
            staging.bytes().asIntBuffer().get(0, into, at, count);
        }
    }

    /** Copies to the host, once all before is done. */
    void get(DeviceBuffer from, float[] into) {
        for (int at = 0; at < into.length; at += PIECE) {
            int count = Math.min(PIECE, into.length - at);
            fetch(from, at, count);
            staging.bytes().asFloatBuffer().get(0, into, at, count);
        }
    }

    private void fetch(DeviceBuffer from, int at, int count) {
        staging.reserve((long) PIECE * Integer.BYTES);
        from.read((long) at * Integer.BYTES, staging, 0, (long) count * Integer.BYTES, stream);
        stream.await();
        Pace.step();
    }

    @Override
    public void close() {
        staging.close();
    }
}
