package io.omendb.index.file;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** Components as they are. */
final class MappedFloats extends MappedVectors {
    private static final int LINE_FLOATS = LINE_BYTES / Float.BYTES;

    private final FloatBuffer[] windows;

    private MappedFloats(int rows, int dimension, int windowBits, FloatBuffer[] windows) {
        super(rows, dimension, windowBits);
        this.windows = windows;
    }

    static MappedFloats of(int rows, int dimension, int windowBits, ByteBuffer[] windows) {
        FloatBuffer[] floats =
                Arrays.stream(windows).map(ByteBuffer::asFloatBuffer).toArray(FloatBuffer[]::new);
        return new MappedFloats(rows, dimension, windowBits, floats);
    }

    @Override
    MappedVectors withRows(int more) {
        return new MappedFloats(more, dimension(), windowBits(), windows);
    }

    @Override
    public long bytes() {
        return (long) rows() * dimension() * Float.BYTES;
    }

    @Override
    void read(int window, int from, float[] into, int offset, int components) {
        windows[window].get(from, into, offset, components);
    }

    @Override
    float touch(int window, int from, int end) {
        FloatBuffer floats = windows[window];
        float sum = 0;
        for (int i = from; i < end; i += LINE_FLOATS) {
            sum += floats.get(i);
        }
        return sum;
    }
}
