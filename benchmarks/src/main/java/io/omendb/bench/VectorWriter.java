package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes an {@code .fvecs} file of {@link VectorFiles} row by row. Used by one thread. */
final class VectorWriter implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Path file;
    private final OutputStream out;
    private final ByteBuffer row;

    private VectorWriter(Path file, OutputStream out, int dimension) {
        this.file = file;
        this.out = out;
        this.row =
                ByteBuffer.allocate(Integer.BYTES + dimension * Float.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(0, dimension);
    }

    /**
     * Creates the file, or empties it.
     *
     * @throws OmenException EXTERNAL where that is not possible
     */
    static VectorWriter create(Path file, int dimension) {
        try {
            OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), BUFFER_BYTES);
            return new VectorWriter(file, out, dimension);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    void write(float[] vector) {
        row.position(Integer.BYTES)
                .slice()
                .order(ByteOrder.LITTLE_ENDIAN)
                .asFloatBuffer()
                .put(vector);
        try {
            out.write(row.array());
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static OmenException failed(Path file, IOException cause) {
        return new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + cause, cause);
    }
}
