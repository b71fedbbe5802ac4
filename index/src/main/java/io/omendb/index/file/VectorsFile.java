package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * {@code vectors.arrow}: a standard Arrow IPC file with one column, {@code vector:
 * fixed_size_list<item: float not null>[dimension] not null}, in one record batch. Row r of the
 * file is row r of the segment. All numbers are little-endian. Where every component is an integer
 * of a byte, items are {@code uint8} or {@code int8} ({@link ComponentType}).
 *
 * <pre>
 *   0          "ARROW1" 0 0
 *   8          FF FF FF FF, int32 length, Message(Schema), zeros to a multiple of 8
 *   b          FF FF FF FF, int32 length, Message(RecordBatch), zeros to a multiple of 64
 *   data       rows x dimension items, row after row, zeros to a multiple of 64
 *   e          FF FF FF FF, 00 00 00 00                      end of stream
 *   e + 8      Footer (flatbuffer): schema, one Block {offset b, header length, body length}
 *   size - 10  int32 length of the footer
 *   size - 6   "ARROW1"
 * </pre>
 *
 * The record batch has two field nodes (the list, its items) without nulls, and three buffers: two
 * empty validity bitmaps and the data. Nothing is compressed. The data starts at a multiple of 64
 * bytes, a cache line and the widest register, so the file can be mapped and read in place. Padding
 * the batch's message, not its body, does that, because the standard lets a message be as long as
 * it likes.
 */
public final class VectorsFile {
    /** Rows per window are a power of two; a mapping cannot pass 2 GiB. */
    private static final long WINDOW_BYTES = 1L << 30;

    private static final int CHUNK_BYTES = 1 << 17;
    private static final int ALIGNMENT = 64;
    private static final byte[] PADDING = new byte[ALIGNMENT];

    private VectorsFile() {}

    /** Where the vectors to write come from. */
    @FunctionalInterface
    public interface RowSource {

        /**
         * Copies the vector of a row to {@code into[offset ...]}. Rows are asked for in order, and
         * once more from the first.
         */
        void read(int row, float[] into, int offset);
    }

    /**
     * Writes a new file and forces it to the disk. Its checksum is in the segment's manifest.
     *
     * @throws OmenException EXTERNAL if the file exists or cannot be written
     */
    public static void write(Path file, int dimension, int rows, RowSource source) {
        try {
            writeDigested(file, dimension, rows, source);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }

    static FileDigest writeDigested(Path file, int dimension, int rows, RowSource source)
            throws IOException {
        ComponentType type = ComponentType.of(dimension, rows, source);
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            out.write(header(type, dimension, rows));
            writeRows(out, type, dimension, rows, source);
            out.write(footer(type, dimension, rows));
            return out.finish();
        }
    }

    /** What comes before the data; as long for any number of rows above 0. */
    static byte[] header(ComponentType type, int dimension, int rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        startHeader(out, type, dimension);
        long data = dataBytes(type, dimension, rows);
        writeMessage(
                out, ArrowEncoder.batchMessage(dimension, rows, data, padded(data)), ALIGNMENT);
        return out.toByteArray();
    }

    private static void startHeader(ByteArrayOutputStream out, ComponentType type, int dimension) {
        out.writeBytes(ArrowEncoder.MAGIC);
        out.write(PADDING, 0, 2);
        writeMessage(out, ArrowEncoder.schemaMessage(type, dimension), 8);
    }

    /** What comes after the data. */
    static byte[] footer(ComponentType type, int dimension, int rows) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        startHeader(head, type, dimension);
        int headerBytes = header(type, dimension, rows).length - head.size();
        long data = dataBytes(type, dimension, rows);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(PADDING, 0, padding(data, ALIGNMENT));
        out.writeBytes(int32(-1));
        out.writeBytes(int32(0));
        byte[] footer =
                ArrowEncoder.footer(type, dimension, head.size(), headerBytes, padded(data));
        out.writeBytes(footer);
        out.writeBytes(int32(footer.length));
        out.writeBytes(ArrowEncoder.MAGIC);
        return out.toByteArray();
    }

    private static long dataBytes(ComponentType type, int dimension, int rows) {
        return (long) rows * dimension * type.bytes();
    }

    private static long padded(long data) {
        return data + padding(data, ALIGNMENT);
    }

    /**
     * Maps a file.
     *
     * @throws OmenException CORRUPT if it is missing or not such a file, saying what is wrong
     */
    public static MappedVectors open(Path file) {
        return open(file, WINDOW_BYTES);
    }

    static MappedVectors open(Path file, long windowBytes) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return MappedVectors.map(channel, ArrowDecoder.decode(file, channel), windowBytes);
        } catch (NoSuchFileException e) {
            throw new OmenException(ErrorCode.CORRUPT, file + " is missing", e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    private static void writeMessage(ByteArrayOutputStream out, byte[] message, int alignment) {
        int padding = padding(out.size() + 8L + message.length, alignment);
        out.writeBytes(int32(-1));
        out.writeBytes(int32(message.length + padding));
        out.writeBytes(message);
        out.write(PADDING, 0, padding);
    }

    private static void writeRows(
            ChecksummedOutput out, ComponentType type, int dimension, int rows, RowSource source)
            throws IOException {
        int chunkRows = Math.max(1, CHUNK_BYTES / (dimension * type.bytes()));
        float[] floats = new float[chunkRows * dimension];
        ByteBuffer encoded =
                ByteBuffer.allocate(floats.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        byte[] scratch = new byte[floats.length];
        for (int first = 0; first < rows; first += chunkRows) {
            int run = Math.min(chunkRows, rows - first);
            for (int i = 0; i < run; i++) {
                source.read(first + i, floats, i * dimension);
            }
            encoded.clear();
            if (!type.encode(floats, run * dimension, scratch, encoded)) {
                throw new IllegalStateException("rows changed while they were written");
            }
            out.write(encoded.array(), 0, encoded.position());
        }
    }

    private static int padding(long position, int alignment) {
        return (int) (-position & (alignment - 1));
    }

    private static byte[] int32(int value) {
        return ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }
}
