package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.VectorFiles.Format;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;

/** Reads a file of {@link VectorFiles} row by row. Used by one thread. */
public final class VectorReader implements AutoCloseable {
    static final long SIZE_UNKNOWN = -1;

    private static final int HEADER_BYTES = Integer.BYTES;
    private static final int DIMENSION_MAX = 1 << 20;

    private final Path file;
    private final Format format;
    private final InputStream in;
    private final long size;
    private final int dimension;
    private final ByteBuffer row;
    private boolean headerRead = true;
    private long rowsRead;

    private VectorReader(Path file, Format format, InputStream in, long size, int dimension) {
        this.file = file;
        this.format = format;
        this.in = in;
        this.size = size;
        this.dimension = dimension;
        this.row =
                ByteBuffer.allocate(dimension * format.componentBytes)
                        .order(ByteOrder.LITTLE_ENDIAN);
    }

    static VectorReader start(Path file, Format format, InputStream in, long size)
            throws IOException {
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length < HEADER_BYTES) {
            throw OmenException.malformed(file + ": holds no vectors");
        }
        int dimension = int32(header);
        if (dimension < 1 || dimension > DIMENSION_MAX) {
            throw OmenException.malformed(
                    file
                            + " row 0: found dimension "
                            + dimension
                            + ", expected 1 to "
                            + DIMENSION_MAX);
        }
        return new VectorReader(file, format, in, size, dimension);
    }

    /** Components per row: the first row's; every other row must agree. */
    public int dimension() {
        return dimension;
    }

    /** Rows in the file, or -1 if it is compressed and only reading would tell. */
    public long rowsExpected() {
        return size == SIZE_UNKNOWN ? SIZE_UNKNOWN : size / (HEADER_BYTES + row.capacity());
    }

    /** Rows read so far. */
    public long rowsRead() {
        return rowsRead;
    }

    /**
     * Reads the next row as floats.
     *
     * @return false at the end of the file
     * @throws OmenException MALFORMED, naming file and row, where the file is cut or damaged or the
     *     row has another dimension
     */
    public boolean next(float[] into, int offset) {
        if (!advance()) {
            return false;
        }
        switch (format) {
            case FVECS -> row.asFloatBuffer().get(into, offset, dimension);
            case BVECS -> {
                for (int i = 0; i < dimension; i++) {
                    into[offset + i] = row.get(i) & 0xff;
                }
            }
            case IVECS -> {
                for (int i = 0; i < dimension; i++) {
                    into[offset + i] = row.getInt(i * Integer.BYTES);
                }
            }
        }
        return true;
    }

    /** Reads the next row of an {@code .ivecs} file; see {@link #next}. */
    public boolean nextIds(int[] into) {
        if (format != Format.IVECS) {
            throw OmenException.malformed(file + ": expected an .ivecs file");
        }
        if (!advance()) {
            return false;
        }
        row.asIntBuffer().get(into, 0, dimension);
        return true;
    }

    @Override
    public void close() {
        try {
            in.close();
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot close " + file + ": " + e, e);
        }
    }

    private boolean advance() {
        try {
            if (!headerRead && !readHeader()) {
                return false;
            }
            headerRead = false;
            int got = in.readNBytes(row.array(), 0, row.capacity());
            if (got < row.capacity()) {
                throw cut(HEADER_BYTES + got);
            }
            rowsRead++;
            return true;
        } catch (IOException e) {
            // A damaged or cut gzip stream.
            throw new OmenException(
                    ErrorCode.MALFORMED, file + " row " + rowsRead + ": " + e.getMessage(), e);
        }
    }

    private boolean readHeader() throws IOException {
        byte[] header = in.readNBytes(HEADER_BYTES);
        if (header.length == 0) {
            return false;
        }
        if (header.length < HEADER_BYTES) {
            throw cut(header.length);
        }
        if (int32(header) != dimension) {
            throw OmenException.malformed(
                    file
                            + " row "
                            + rowsRead
                            + ": found dimension "
                            + int32(header)
                            + ", expected "
                            + dimension);
        }
        return true;
    }

    private OmenException cut(int found) {
        return OmenException.malformed(
                file
                        + " row "
                        + rowsRead
                        + ": the file ends after "
                        + found
                        + " of "
                        + (HEADER_BYTES + row.capacity())
                        + " bytes");
    }

    private static int int32(byte[] header) {
        return ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt();
    }
}
