package io.omendb.index.file;

import io.omendb.OmenException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Headers and arrays of numbers in files of our own, the lowest byte first. */
final class LittleEndian {
    private static final int CHUNK_INTS = 1 << 14;

    private LittleEndian() {}

    /**
     * The rest of a header that begins with a magic and an int32 version.
     *
     * @throws OmenException CORRUPT if it begins otherwise; INVALID if the version is a later one
     */
    static ByteBuffer readHeader(
            FileChannel channel, Path file, int bytes, byte[] magic, int version)
            throws IOException {
        return readHeader(channel, file, bytes, magic, version, version);
    }

    /** The same where versions from the oldest to the newest can be read. */
    static ByteBuffer readHeader(
            FileChannel channel, Path file, int bytes, byte[] magic, int oldest, int version)
            throws IOException {
        ByteBuffer header = read(channel, file, bytes);
        byte[] found = new byte[magic.length];
        header.get(found);
        if (!Arrays.equals(found, magic)) {
            throw OmenException.corrupt(
                    file
                            + " is damaged: it does not start with "
                            + new String(magic, StandardCharsets.US_ASCII));
        }
        int written = header.getInt();
        if (written > version) {
            throw OmenException.invalid(
                    file
                            + " was written by a newer OmenDB: format version "
                            + written
                            + ", this one reads up to "
                            + version);
        }
        if (written < oldest) {
            throw OmenException.invalid(
                    file
                            + " was written by an OmenDB before 1.0: format version "
                            + written
                            + ", this one reads "
                            + version);
        }
        return header;
    }

    /** Checks a file's size against what its header says. */
    static void requireSize(FileChannel channel, Path file, long expected) throws IOException {
        if (channel.size() != expected) {
            throw OmenException.corrupt(
                    file
                            + " is damaged: it has "
                            + channel.size()
                            + " bytes, its header says "
                            + expected);
        }
    }

    static void writeFloats(ChecksummedOutput out, float[] values) throws IOException {
        ByteBuffer chunk =
                ByteBuffer.allocate(CHUNK_INTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i += CHUNK_INTS) {
            int n = Math.min(CHUNK_INTS, values.length - i);
            chunk.asFloatBuffer().put(values, i, n);
            out.write(chunk.array(), 0, n * Float.BYTES);
        }
    }

    static void writeInts(ChecksummedOutput out, int[] values, int count) throws IOException {
        ByteBuffer chunk =
                ByteBuffer.allocate(CHUNK_INTS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i += CHUNK_INTS) {
            int n = Math.min(CHUNK_INTS, count - i);
            chunk.asIntBuffer().put(values, i, n);
            out.write(chunk.array(), 0, n * Integer.BYTES);
        }
    }

    static float[] readFloats(FileChannel channel, Path file, int count) throws IOException {
        float[] values = new float[count];
        for (int i = 0; i < count; i += CHUNK_INTS) {
            int n = Math.min(CHUNK_INTS, count - i);
            read(channel, file, n * Float.BYTES).asFloatBuffer().get(values, i, n);
        }
        return values;
    }

    static int[] readInts(FileChannel channel, Path file, int count) throws IOException {
        int[] values = new int[count];
        for (int i = 0; i < count; i += CHUNK_INTS) {
            int n = Math.min(CHUNK_INTS, count - i);
            read(channel, file, n * Integer.BYTES).asIntBuffer().get(values, i, n);
        }
        return values;
    }

    static ByteBuffer read(FileChannel channel, Path file, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw OmenException.corrupt(file + " is damaged: it ends early");
            }
        }
        return buffer.flip();
    }
}
