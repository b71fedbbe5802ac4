package io.omendb.index.file;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * {@code vectors.arrow}: a standard Arrow IPC file with one column, {@code vector:
 * fixed_size_list<item: float not null>[dimension] not null}, in one record batch. Row r of the
 * file is row r of the segment. All numbers are little-endian.
 *
 * <pre>
 *   0          "ARROW1" 0 0
 *   8          FF FF FF FF, int32 length, Message(Schema), zeros to a multiple of 8
 *   b          FF FF FF FF, int32 length, Message(RecordBatch), zeros to a multiple of 64
 *   data       rows x dimension float32, row after row, zeros to a multiple of 64
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

        /** Copies the vector of a row to {@code into[offset ...]}. Rows are asked for in order. */
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
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            out.write(header(dimension, rows));
            writeRows(out, dimension, rows, source);
            out.write(footer(dimension, rows));
            return out.finish();
        }
    }

    /** What comes before the data; as long for any number of rows above 0. */
    static byte[] header(int dimension, int rows) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        startHeader(out, dimension);
        writeMessage(
                out,
                ArrowEncoder.batchMessage(
                        dimension, rows, dataBytes(dimension, rows), bodyBytes(dimension, rows)),
                ALIGNMENT);
        return out.toByteArray();
    }

    private static void startHeader(ByteArrayOutputStream out, int dimension) {
        out.writeBytes(ArrowEncoder.MAGIC);
        out.write(PADDING, 0, 2);
        writeMessage(out, ArrowEncoder.schemaMessage(dimension), 8);
    }

    /** What comes after the data. */
    static byte[] footer(int dimension, int rows) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        startHeader(head, dimension);
        int headerBytes = header(dimension, rows).length - head.size();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(PADDING, 0, padding(dataBytes(dimension, rows), ALIGNMENT));
        out.writeBytes(int32(-1));
        out.writeBytes(int32(0));
        byte[] footer =
                ArrowEncoder.footer(
                        dimension, head.size(), headerBytes, bodyBytes(dimension, rows));
        out.writeBytes(footer);
        out.writeBytes(int32(footer.length));
        out.writeBytes(ArrowEncoder.MAGIC);
        return out.toByteArray();
    }

    private static long dataBytes(int dimension, int rows) {
        return (long) rows * dimension * Float.BYTES;
    }

    private static long bodyBytes(int dimension, int rows) {
        long data = dataBytes(dimension, rows);
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

    private static void writeRows(ChecksummedOutput out, int dimension, int rows, RowSource source)
            throws IOException {
        int rowBytes = dimension * Float.BYTES;
        int chunkRows = Math.max(1, CHUNK_BYTES / rowBytes);
        float[] floats = new float[chunkRows * dimension];
        byte[] bytes = new byte[chunkRows * rowBytes];
        FloatBuffer encoder = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        for (int first = 0; first < rows; first += chunkRows) {
            int run = Math.min(chunkRows, rows - first);
            for (int i = 0; i < run; i++) {
                source.read(first + i, floats, i * dimension);
            }
            encoder.put(0, floats, 0, run * dimension);
            out.write(bytes, 0, run * rowBytes);
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
