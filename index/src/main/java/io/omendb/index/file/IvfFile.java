package io.omendb.index.file;

import io.omendb.OmenException;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.StoredIndex;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * {@code index.ivf}: the posting lists of a segment with the codebook they belong to, so that a
 * segment can be searched with nothing else at hand. All numbers are little-endian:
 *
 * <pre>
 *   0   "OMENIVF1"
 *   8   int32   format version, 1
 *   12  int32   d, components of a vector
 *   16  int64   seed of the rotation
 *   24  int64   codebook id
 *   32  int32   codebook version
 *   36  int32   rows the shard had when the codebook was trained
 *   40  int32   c, cells
 *   44  int32   l, lists
 *   48  int32   rows of the segment
 *   52  int32   b, ints of all blocks
 *   56  float32 c x p   centroids of the cells; p is d rounded up to a multiple of 64
 *   ..  float32 l x p   centroids of the lists, in rotated space
 *   ..  int32   l       cell of each list, -1 for one that takes no more rows
 *   ..  int32   l       entries of each list
 *   ..  int32   b       blocks of all lists, end to end, as {@link
 *                       io.omendb.index.kernel.BitCodeKernel} lays them out
 * </pre>
 *
 * The file's checksum is in the segment's manifest.
 */
final class IvfFile {
    private static final byte[] MAGIC = {'O', 'M', 'E', 'N', 'I', 'V', 'F', '1'};
    private static final int VERSION = 1;
    private static final int HEADER_BYTES = 56;
    private static final int CHUNK_INTS = 1 << 14;

    private IvfFile() {}

    static FileDigest writeDigested(Path file, PackedLists lists) throws IOException {
        StoredIndex index = StoredIndex.of(lists);
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            ByteBuffer header =
                    ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC);
            header.putInt(VERSION).putInt(index.dimension()).putLong(index.rotationSeed());
            header.putLong(index.codebookId()).putInt(index.codebookVersion());
            header.putInt(index.trainedRows()).putInt(index.cells()).putInt(index.sizes().length);
            header.putInt(index.rows()).putInt(index.blocks().length);
            out.write(header.array());
            writeFloats(out, index.cellCentroids());
            writeFloats(out, index.centroids());
            writeInts(out, index.cellOfList());
            writeInts(out, index.sizes());
            writeInts(out, index.blocks());
            return out.finish();
        }
    }

    /**
     * Reads lists back.
     *
     * @throws OmenException CORRUPT if the file is no such file; INVALID if a newer OmenDB wrote it
     */
    static PackedLists read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header = read(channel, file, HEADER_BYTES);
            byte[] magic = new byte[MAGIC.length];
            header.get(magic);
            if (!java.util.Arrays.equals(magic, MAGIC)) {
                throw OmenException.corrupt(file + " is damaged: it does not start with OMENIVF1");
            }
            int version = header.getInt();
            if (version > VERSION) {
                throw OmenException.invalid(
                        file
                                + " was written by a newer OmenDB: format version "
                                + version
                                + ", this one reads up to "
                                + VERSION);
            }
            int dimension = header.getInt();
            long seed = header.getLong();
            long id = header.getLong();
            int codebookVersion = header.getInt();
            int trainedRows = header.getInt();
            int cells = header.getInt();
            int lists = header.getInt();
            int rows = header.getInt();
            int blockInts = header.getInt();
            int padded = (dimension + 63) / 64 * 64;
            long expected =
                    HEADER_BYTES + 4L * (((long) cells + lists) * padded + 2L * lists + blockInts);
            if (channel.size() != expected) {
                throw OmenException.corrupt(
                        file
                                + " is damaged: it has "
                                + channel.size()
                                + " bytes, its header says "
                                + expected);
            }
            return new StoredIndex(
                            dimension,
                            seed,
                            id,
                            codebookVersion,
                            trainedRows,
                            rows,
                            readFloats(channel, file, cells * padded),
                            readFloats(channel, file, lists * padded),
                            readInts(channel, file, lists),
                            readInts(channel, file, lists),
                            readInts(channel, file, blockInts))
                    .toLists();
        }
    }

    private static void writeFloats(ChecksummedOutput out, float[] values) throws IOException {
        ByteBuffer chunk =
                ByteBuffer.allocate(CHUNK_INTS * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i += CHUNK_INTS) {
            int n = Math.min(CHUNK_INTS, values.length - i);
            chunk.asFloatBuffer().put(values, i, n);
            out.write(chunk.array(), 0, n * Float.BYTES);
        }
    }

    private static void writeInts(ChecksummedOutput out, int[] values) throws IOException {
        ByteBuffer chunk =
                ByteBuffer.allocate(CHUNK_INTS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < values.length; i += CHUNK_INTS) {
            int n = Math.min(CHUNK_INTS, values.length - i);
            chunk.asIntBuffer().put(values, i, n);
            out.write(chunk.array(), 0, n * Integer.BYTES);
        }
    }

    private static float[] readFloats(FileChannel channel, Path file, int count)
            throws IOException {
        float[] values = new float[count];
        for (int i = 0; i < count; i += CHUNK_INTS) {
            int n = Math.min(CHUNK_INTS, count - i);
            read(channel, file, n * Float.BYTES).asFloatBuffer().get(values, i, n);
        }
        return values;
    }

    private static int[] readInts(FileChannel channel, Path file, int count) throws IOException {
        int[] values = new int[count];
        for (int i = 0; i < count; i += CHUNK_INTS) {
            int n = Math.min(CHUNK_INTS, count - i);
            read(channel, file, n * Integer.BYTES).asIntBuffer().get(values, i, n);
        }
        return values;
    }

    private static ByteBuffer read(FileChannel channel, Path file, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw OmenException.corrupt(file + " is damaged: it ends early");
            }
        }
        return buffer.flip();
    }
}
