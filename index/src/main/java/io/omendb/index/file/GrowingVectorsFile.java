package io.omendb.index.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A {@link VectorsFile} whose rows come one batch after the other: they are in the page cache, and
 * readable through memory maps, from the moment they are written, and never on the heap. Header and
 * footer follow when the last row is there. Written by one thread.
 *
 * <p>Rows are written with calls, not through the maps, because a disk that is full then fails the
 * call and not the process.
 */
public final class GrowingVectorsFile implements AutoCloseable {
    private static final int WINDOW_BYTES = 1 << 24;

    private final Path path;
    private final ComponentType type;
    private final int dimension;
    private final int rowBytes;
    private final long dataStart;

    /** Closed by the JVM where the thread that uses it is interrupted; then opened once more. */
    private FileChannel channel;

    private final ByteBuffer encoded;
    private final byte[] scratch;
    private final int windowBits;
    private MappedVectors written;
    private boolean linked;

    /** The windows of {@code written}. */
    private MappedByteBuffer[] maps = new MappedByteBuffer[0];

    private GrowingVectorsFile(
            Path path, ComponentType type, int dimension, int batchRows, FileChannel channel) {
        this.path = path;
        this.type = type;
        this.dimension = dimension;
        this.rowBytes = dimension * type.bytes();
        this.dataStart = VectorsFile.header(type, dimension, 1).length;
        this.channel = channel;
        this.encoded =
                ByteBuffer.allocateDirect(batchRows * rowBytes).order(ByteOrder.LITTLE_ENDIAN);
        this.scratch = new byte[type == ComponentType.FLOAT32 ? 0 : batchRows * dimension];
        this.windowBits = 31 - Integer.numberOfLeadingZeros(Math.max(1, WINDOW_BYTES / rowBytes));
        this.written = MappedVectors.of(type, 0, dimension, windowBits, maps);
    }

    /**
     * Starts a file for any components, which must not exist; its folder is created where missing.
     *
     * @param batchRows rows at once at most
     */
    public static GrowingVectorsFile create(Path path, int dimension, int batchRows)
            throws IOException {
        return create(path, ComponentType.FLOAT32, dimension, batchRows);
    }

    /**
     * Starts a file for components like some, of the type that takes the least space for them.
     *
     * @param like the components of {@code likeRows} rows
     */
    public static GrowingVectorsFile createFor(
            float[] like, int likeRows, Path path, int dimension, int batchRows)
            throws IOException {
        ComponentType type =
                ComponentType.of(
                        dimension,
                        likeRows,
                        (row, into, offset) ->
                                System.arraycopy(like, row * dimension, into, offset, dimension));
        return create(path, type, dimension, batchRows);
    }

    private static GrowingVectorsFile create(
            Path path, ComponentType type, int dimension, int batchRows) throws IOException {
        Path folder = path.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE_NEW,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        return new GrowingVectorsFile(path, type, dimension, batchRows, channel);
    }

    /**
     * Writes the next rows.
     *
     * @param vectors of the rows, end to end from the start
     * @return all rows written so far; null if a component does not fit the file's type, and
     *     nothing was written
     */
    public @Nullable MappedVectors append(float[] vectors, int rows) throws IOException {
        encoded.clear();
        if (!type.encode(vectors, rows * dimension, scratch, encoded)) {
            return null;
        }
        encoded.flip();
        reopen();
        long to = dataStart + (long) written.rows() * rowBytes;
        while (encoded.hasRemaining()) {
            to += channel.write(encoded, to);
        }
        int total = written.rows() + rows;
        int needed = (total - 1 >>> windowBits) + 1;
        if (needed > maps.length) {
            MappedByteBuffer[] grown = Arrays.copyOf(maps, needed);
            for (int i = maps.length; i < needed; i++) {
                grown[i] = map(i);
            }
            maps = grown;
            written = MappedVectors.of(type, written.rows(), dimension, windowBits, maps);
        }
        load(written.rows(), total);
        written = written.withRows(total);
        return written;
    }

    private void reopen() throws IOException {
        if (!channel.isOpen()) {
            channel = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
    }

    /** The map makes the file as long as the window, without taking space on the disk. */
    private MappedByteBuffer map(int window) throws IOException {
        long bytes = (long) rowBytes << windowBits;
        MappedByteBuffer map = channel.map(MapMode.READ_WRITE, dataStart + window * bytes, bytes);
        map.order(ByteOrder.LITTLE_ENDIAN);
        return map;
    }

    /**
     * Has the pages of rows mapped now, in order, which costs little: a search that is the first to
     * read a row would wait for its page, and searches read rows anywhere.
     */
    private void load(int firstRow, int endRow) {
        for (int row = firstRow; row < endRow; ) {
            int window = row >>> windowBits;
            int end = Math.min(endRow, window + 1 << windowBits);
            int inWindow = row - (window << windowBits);
            MappedByteBuffer unused =
                    maps[window].slice(inWindow * rowBytes, (end - row) * rowBytes).load();
            row = end;
        }
    }

    /**
     * Makes the file whole, forces it to the disk and gives it a second name. May be called again
     * after it failed, also where the thread was interrupted in the middle.
     *
     * @param name a path on the same disk, where nothing is
     */
    FileDigest finish(Path name) throws IOException {
        byte[] header = VectorsFile.header(type, dimension, written.rows());
        if (header.length != dataStart) {
            throw new IllegalStateException("a header of " + header.length + " bytes");
        }
        byte[] footer = VectorsFile.footer(type, dimension, written.rows());
        long footerStart = dataStart + (long) written.rows() * rowBytes;
        reopen();
        channel.truncate(footerStart);
        write(header, 0);
        write(footer, footerStart);
        channel.force(true);
        long bytes = footerStart + footer.length;
        link(name);
        return new FileDigest(bytes, checksum());
    }

    private int checksum() throws IOException {
        CRC32C crc = new CRC32C();
        long at = 0;
        while (true) {
            encoded.clear();
            int got = channel.read(encoded, at);
            if (got < 0) {
                return (int) crc.getValue();
            }
            crc.update(encoded.flip());
            at += got;
        }
    }

    private void link(Path name) throws IOException {
        linked = false;
        try {
            Files.createLink(name, path);
            linked = true;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // Not every file system has hard links.
            Files.copy(path, name);
            try (FileChannel copy = FileChannel.open(name, StandardOpenOption.WRITE)) {
                copy.force(true);
            }
        }
    }

    private void write(byte[] bytes, long at) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        long to = at;
        while (rest.hasRemaining()) {
            to += channel.write(rest, to);
        }
    }

    /** The rows, if the file under its new name is this one; null if it had to be copied. */
    public @Nullable MappedVectors mapped() {
        return linked ? written : null;
    }

    /** Heap and direct memory. */
    public long bytes() {
        return (long) encoded.capacity() + scratch.length;
    }

    /** Removes the file under its first name. Rows stay readable for whoever holds them. */
    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(path);
    }
}
