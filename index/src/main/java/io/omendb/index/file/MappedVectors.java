package io.omendb.index.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.Objects;

/**
 * The vectors of a {@link VectorsFile}, read from the page cache through memory maps. Immutable and
 * safe to use from any number of threads; reading allocates nothing but a few kilobytes once a
 * thread.
 *
 * <p>There is no close. The maps are released when the garbage collector finds that nobody holds
 * this object: it is the reference counter, so a reader can never touch memory that was unmapped
 * under it. The file may be deleted before; the operating system keeps its bytes until then. It
 * must not lose rows that are mapped, which segment files never do.
 */
public abstract sealed class MappedVectors permits MappedFloats, MappedBytes {
    private final int rows;
    private final int dimension;

    /** Rows per window are a power of two, so finding one takes a shift. */
    private final int windowBits;

    MappedVectors(int rows, int dimension, int windowBits) {
        this.rows = rows;
        this.dimension = dimension;
        this.windowBits = windowBits;
    }

    /**
     * Vectors in windows of whole rows, because one buffer cannot pass 2 GiB.
     *
     * @param windowBits every window but the last has 2^windowBits rows
     * @param windows little-endian, from position 0; not to be changed any more
     */
    static MappedVectors of(
            ComponentType type, int rows, int dimension, int windowBits, ByteBuffer[] windows) {
        return type == ComponentType.FLOAT32
                ? MappedFloats.of(rows, dimension, windowBits, windows)
                : new MappedBytes(rows, dimension, windowBits, windows, type.isSigned());
    }

    /**
     * Maps the vectors of a file.
     *
     * @param windowBytes bytes a window may have; one row is always allowed
     */
    static MappedVectors map(FileChannel channel, ArrowDecoder.Layout layout, long windowBytes)
            throws IOException {
        long rowBytes = (long) layout.dimension() * layout.type().bytes();
        int rowsMax = (int) Math.min(1 << 30, Math.max(1, windowBytes / rowBytes));
        int windowBits = 31 - Integer.numberOfLeadingZeros(rowsMax);
        int windowRows = 1 << windowBits;
        ByteBuffer[] windows =
                new ByteBuffer[(int) (((long) layout.rows() + windowRows - 1) >>> windowBits)];
        for (int i = 0; i < windows.length; i++) {
            long first = (long) i << windowBits;
            long bytes = Math.min(windowRows, layout.rows() - first) * rowBytes;
            windows[i] =
                    channel.map(MapMode.READ_ONLY, layout.position() + first * rowBytes, bytes)
                            .order(ByteOrder.LITTLE_ENDIAN);
        }
        return of(layout.type(), layout.rows(), layout.dimension(), windowBits, windows);
    }

    /** The same windows, of which more rows are filled. */
    abstract MappedVectors withRows(int more);

    public final int rows() {
        return rows;
    }

    /** Components per vector. */
    public final int dimension() {
        return dimension;
    }

    final int windowBits() {
        return windowBits;
    }

    /** Bytes of vectors in the file; none of them are on the heap. */
    public abstract long bytes();

    /**
     * Copies the vectors of {@code count} rows from {@code firstRow} on to {@code into[offset
     * ...]}.
     *
     * @throws IndexOutOfBoundsException for rows that are not there or an array too short
     */
    public final void read(int firstRow, int count, float[] into, int offset) {
        Objects.checkFromIndexSize(firstRow, count, rows);
        int windowRows = 1 << windowBits;
        int done = 0;
        while (done < count) {
            int row = firstRow + done;
            int inWindow = row & (windowRows - 1);
            int run = Math.min(count - done, windowRows - inWindow);
            read(
                    row >>> windowBits,
                    inWindow * dimension,
                    into,
                    offset + done * dimension,
                    run * dimension);
            done += run;
        }
    }

    /** Copies components from one window. */
    abstract void read(int window, int from, float[] into, int offset, int components);

    /** Adds a row to those that are read ahead. */
    public final void ahead(int row, ReadAhead rowsAhead) {
        ahead(row >>> windowBits, (row & (1 << windowBits) - 1) * dimension, rowsAhead);
    }

    /** Adds the row that starts with a component of a window. */
    abstract void ahead(int window, int from, ReadAhead rowsAhead);
}
