package io.omendb.index.file;

import io.omendb.OmenException;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.Rotation;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * {@code codebook-<id>.ivf}: the centroids that posting lists belong to. Files of the same name
 * have the same content, whichever segment they lie in, so that a checkpoint needs one of them. All
 * numbers are little-endian:
 *
 * <pre>
 *   0   "OMENCBK1"
 *   8   int32   format version, 2; 1 where there is no origin
 *   12  int32   d, components of a vector
 *   16  int64   seed of the rotation
 *   24  int64   codebook id
 *   32  int32   codebook version
 *   36  int32   rows the shard had when the codebook was trained
 *   40  int32   c, cells
 *   44  int32   l, lists
 *   48  float32 d       origin that vectors count from, in version 2
 *   ..  float32 c x p   centroids of the cells; p is d rounded up to a multiple of 64
 *   ..  float32 l x p   centroids of the lists, in rotated space
 *   ..  int32   l       cell of each list, -1 for one that takes no more rows
 * </pre>
 *
 * The file's checksum is in the segment's manifest.
 */
final class CodebookFile {
    private static final byte[] MAGIC = {'O', 'M', 'E', 'N', 'C', 'B', 'K', '1'};
    private static final int VERSION = 2;
    private static final int VERSION_WITHOUT_ORIGIN = 1;
    private static final int HEADER_BYTES = 48;

    private CodebookFile() {}

    /** The file of a codebook. */
    static String name(long id) {
        return SegmentFolder.CODEBOOK_PREFIX + String.format("%016x", id) + ".ivf";
    }

    static FileDigest writeDigested(Path file, Codebook codebook) throws IOException {
        int padded = codebook.rotation().paddedDimension();
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            ByteBuffer header =
                    ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC);
            float[] origin = codebook.rotation().origin();
            header.putInt(origin == null ? VERSION_WITHOUT_ORIGIN : VERSION);
            header.putInt(codebook.rotation().dimension());
            header.putLong(codebook.rotation().seed()).putLong(codebook.id());
            header.putInt(codebook.version()).putInt(codebook.trainedRows());
            header.putInt(codebook.cellCentroids().length / padded).putInt(codebook.lists());
            out.write(header.array());
            if (origin != null) {
                LittleEndian.writeFloats(out, origin);
            }
            LittleEndian.writeFloats(out, codebook.cellCentroids());
            LittleEndian.writeFloats(out, codebook.centroids());
            LittleEndian.writeInts(out, codebook.cellsOfLists(), codebook.lists());
            return out.finish();
        }
    }

    /**
     * Reads a codebook back.
     *
     * @throws OmenException CORRUPT if the file is no such file; INVALID if a newer OmenDB wrote it
     */
    static Codebook read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header =
                    LittleEndian.readHeader(
                            channel, file, HEADER_BYTES, MAGIC, VERSION_WITHOUT_ORIGIN, VERSION);
            boolean hasOrigin = header.getInt(MAGIC.length) != VERSION_WITHOUT_ORIGIN;
            int dimension = header.getInt();
            long seed = header.getLong();
            long id = header.getLong();
            int version = header.getInt();
            int trainedRows = header.getInt();
            int cells = header.getInt();
            int lists = header.getInt();
            Rotation rotation = new Rotation(dimension, seed);
            int padded = rotation.paddedDimension();
            long originBytes = hasOrigin ? (long) Float.BYTES * dimension : 0;
            LittleEndian.requireSize(
                    channel,
                    file,
                    HEADER_BYTES + originBytes + 4L * (((long) cells + lists) * padded + lists));
            return new Codebook(
                    id,
                    version,
                    trainedRows,
                    hasOrigin
                            ? rotation.about(LittleEndian.readFloats(channel, file, dimension))
                            : rotation,
                    LittleEndian.readFloats(channel, file, cells * padded),
                    LittleEndian.readFloats(channel, file, lists * padded),
                    LittleEndian.readInts(channel, file, lists));
        }
    }
}
