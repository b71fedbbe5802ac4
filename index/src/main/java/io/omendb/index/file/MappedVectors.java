package io.omendb.index.file;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.util.Objects;

/**
 * The vectors of a {@link VectorsFile}, read from the page cache through memory maps. Immutable and
 * safe to use from any number of threads; reading allocates nothing.
 *
 * <p>There is no close. The maps are released when the garbage collector finds that nobody holds
 * this object: it is the reference counter, so a reader can never touch memory that was unmapped
 * under it. The file may be deleted before; the operating system keeps its bytes until then. It
 * must not lose rows that are mapped, which segment files never do.
 */
public final class MappedVectors {
    private static final int LINE_FLOATS = 16;

    private final int rows;
    private final int dimension;

    /** Rows per window are a power of two, so finding one takes a shift. */
    private final int windowBits;

    private final FloatBuffer[] windows;

    MappedVectors(int rows, int dimension, int windowBits, FloatBuffer[] windows) {
        this.rows = rows;
        this.dimension = dimension;
        this.windowBits = windowBits;
        this.windows = windows;
    }

    /**
     * Maps the vectors in windows of whole rows, because one buffer cannot pass 2 GiB.
     *
     * @param windowBytes bytes a window may have; one row is always allowed
     */
    static MappedVectors map(FileChannel channel, ArrowDecoder.Layout layout, long windowBytes)
            throws IOException {
        long rowBytes = (long) layout.dimension() * Float.BYTES;
        int rowsMax = (int) Math.min(1 << 30, Math.max(1, windowBytes / rowBytes));
        int windowBits = 31 - Integer.numberOfLeadingZeros(rowsMax);
        int windowRows = 1 << windowBits;
        FloatBuffer[] windows =
                new FloatBuffer[(int) (((long) layout.rows() + windowRows - 1) >>> windowBits)];
        for (int i = 0; i < windows.length; i++) {
            long first = (long) i << windowBits;
            long bytes = Math.min(windowRows, layout.rows() - first) * rowBytes;
            windows[i] =
                    channel.map(MapMode.READ_ONLY, layout.position() + first * rowBytes, bytes)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .asFloatBuffer();
        }
        return new MappedVectors(layout.rows(), layout.dimension(), windowBits, windows);
    }

    public int rows() {
        return rows;
    }

    /** One buffer for every 2^windowBits rows. Not to be changed. */
    FloatBuffer[] windows() {
        return windows;
    }

    /** Components per vector. */
    public int dimension() {
        return dimension;
    }

    /** Bytes of vectors in the file; none of them are on the heap. */
    public long bytes() {
        return (long) rows * dimension * Float.BYTES;
    }

    /**
     * Copies the vectors of {@code count} rows from {@code firstRow} on to {@code into[offset
     * ...]}.
     *
     * @throws IndexOutOfBoundsException for rows that are not there or an array too short
     */
    public void read(int firstRow, int count, float[] into, int offset) {
        Objects.checkFromIndexSize(firstRow, count, rows);
        int windowRows = 1 << windowBits;
        int done = 0;
        while (done < count) {
            int row = firstRow + done;
            int inWindow = row & (windowRows - 1);
            int run = Math.min(count - done, windowRows - inWindow);
            windows[row >>> windowBits].get(
                    inWindow * dimension, into, offset + done * dimension, run * dimension);
            done += run;
        }
    }

    /**
     * Reads one component of every cache line of a row.
     *
     * @return their sum
     */
    public float touch(int row) {
        FloatBuffer window = windows[row >>> windowBits];
        int from = (row & (1 << windowBits) - 1) * dimension;
        float sum = 0;
        for (int i = from; i < from + dimension; i += LINE_FLOATS) {
            sum += window.get(i);
        }
        return sum;
    }
}
