package io.omendb.index.file;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;

/** Components as they are. */
final class MappedFloats extends MappedVectors {
    private final FloatBuffer[] windows;
    private final ByteBuffer[] bytes;

    private MappedFloats(
            int rows, int dimension, int windowBits, FloatBuffer[] windows, ByteBuffer[] bytes) {
        super(rows, dimension, windowBits);
        this.windows = windows;
        this.bytes = bytes;
    }

    static MappedFloats of(int rows, int dimension, int windowBits, ByteBuffer[] windows) {
        FloatBuffer[] floats =
                Arrays.stream(windows).map(ByteBuffer::asFloatBuffer).toArray(FloatBuffer[]::new);
        return new MappedFloats(rows, dimension, windowBits, floats, windows);
    }

    @Override
    MappedVectors withRows(int more) {
        return new MappedFloats(more, dimension(), windowBits(), windows, bytes);
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
    void ahead(int window, int from, ReadAhead rowsAhead) {
        rowsAhead.add(bytes[window], from * Float.BYTES, dimension() * Float.BYTES);
    }
}
