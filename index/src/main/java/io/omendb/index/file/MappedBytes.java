package io.omendb.index.file;

import io.omendb.index.kernel.ByteCastKernel;
import io.omendb.index.kernel.Kernels;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Components of one byte, made floats as they are read. */
final class MappedBytes extends MappedVectors {
    private static final ByteCastKernel CASTS = Kernels.byteCasts();

    /** Stays in the first-level cache. */
    private static final int CHUNK_BYTES = 1 << 12;

    /** The Vector API of Java 17 reads arrays only. */
    private static final ThreadLocal<byte[]> CHUNK =
            ThreadLocal.withInitial(() -> new byte[CHUNK_BYTES]);

    private final ByteBuffer[] windows;
    private final boolean signed;

    MappedBytes(int rows, int dimension, int windowBits, ByteBuffer[] windows, boolean signed) {
        super(rows, dimension, windowBits);
        this.windows = windows;
        this.signed = signed;
    }

    @Override
    MappedVectors withRows(int more) {
        return new MappedBytes(more, dimension(), windowBits(), windows, signed);
    }

    @Override
    public long bytes() {
        return (long) rows() * dimension();
    }

    @Override
    void read(int window, int from, float[] into, int offset, int components) {
        Objects.checkFromIndexSize(offset, components, into.length);
        byte[] chunk = CHUNK.get();
        for (int done = 0; done < components; done += CHUNK_BYTES) {
            int n = Math.min(CHUNK_BYTES, components - done);
            windows[window].get(from + done, chunk, 0, n);
            CASTS.widen(chunk, 0, into, offset + done, n, signed);
        }
    }

    @Override
    void ahead(int window, int from, ReadAhead rowsAhead) {
        rowsAhead.add(windows[window], from, dimension());
    }
}
