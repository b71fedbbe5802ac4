package io.omendb.index.file;

import io.omendb.index.background.Pace;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * A new file whose checksum is taken while it is written, so that nothing is read back. Used by one
 * thread.
 */
final class ChecksummedOutput extends OutputStream {
    private static final int BUFFER_BYTES = 1 << 16;

    private final FileChannel channel;
    private final CRC32C crc = new CRC32C();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int buffered;
    private long position;

    private ChecksummedOutput(FileChannel channel) {
        this.channel = channel;
    }

    /** Creates the file, which must not exist. */
    static ChecksummedOutput create(Path file) throws IOException {
        return new ChecksummedOutput(
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
    }

    /** Bytes written so far. */
    long position() {
        return position;
    }

    @Override
    public void write(int value) throws IOException {
        if (buffered == BUFFER_BYTES) {
            drain();
        }
        buffer[buffered++] = (byte) value;
        position++;
    }

    @Override
    public void write(byte[] from, int offset, int length) throws IOException {
        if (length > BUFFER_BYTES - buffered) {
            drain();
        }
        if (length >= BUFFER_BYTES) {
            writeThrough(from, offset, length);
        } else {
            System.arraycopy(from, offset, buffer, buffered, length);
            buffered += length;
        }
        position += length;
    }

    /** Writes what is left, forces the file to the disk and tells its length and checksum. */
    FileDigest finish() throws IOException {
        drain();
        channel.force(true);
        return new FileDigest(position, (int) crc.getValue());
    }

    /** Closes the file without writing what is left: a file that was not finished is of no use. */
    @Override
    public void close() throws IOException {
        channel.close();
    }

    private void drain() throws IOException {
        writeThrough(buffer, 0, buffered);
        buffered = 0;
    }

    private void writeThrough(byte[] from, int offset, int length) throws IOException {
        Pace.step();
        crc.update(from, offset, length);
        ByteBuffer rest = ByteBuffer.wrap(from, offset, length);
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }
}
