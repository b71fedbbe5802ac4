package io.omendb.index.file;

import io.omendb.OmenException;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.PackedLists;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * {@code index.ivf}: the posting lists of a segment. The codebook they belong to is a file of its
 * own, {@link CodebookFile}. All numbers are little-endian:
 *
 * <pre>
 *   0   "OMENIVF1"
 *   8   int32   format version, 2
 *   12  int32   l, lists
 *   16  int64   codebook id
 *   24  int32   rows of the segment
 *   28  int32   b, ints of all blocks
 *   32  int32   l       entries of each list
 *   ..  int32   b       blocks of all lists, end to end, as {@link
 *                       io.omendb.index.kernel.BitCodeKernel} lays them out
 * </pre>
 *
 * The file's checksum is in the segment's manifest.
 */
final class IvfFile {
    private static final byte[] MAGIC = {'O', 'M', 'E', 'N', 'I', 'V', 'F', '1'};
    private static final int VERSION = 2;
    private static final int HEADER_BYTES = 32;

    private IvfFile() {}

    static FileDigest writeDigested(Path file, PackedLists lists) throws IOException {
        int[] sizes = lists.sizes();
        int[] blocks = lists.blocks();
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            ByteBuffer header =
                    ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC);
            header.putInt(VERSION).putInt(sizes.length).putLong(lists.codebook().id());
            header.putInt(lists.indexedRows()).putInt(blocks.length);
            out.write(header.array());
            LittleEndian.writeInts(out, sizes);
            LittleEndian.writeInts(out, blocks);
            return out.finish();
        }
    }

    /**
     * Reads lists back, and the codebook beside them.
     *
     * @throws OmenException CORRUPT if the file is no such file; INVALID if a newer OmenDB wrote it
     */
    static PackedLists read(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header =
                    LittleEndian.readHeader(channel, file, HEADER_BYTES, MAGIC, VERSION);
            int lists = header.getInt();
            long codebookId = header.getLong();
            int rows = header.getInt();
            int blockInts = header.getInt();
            LittleEndian.requireSize(channel, file, HEADER_BYTES + 4L * ((long) lists + blockInts));
            int[] sizes = LittleEndian.readInts(channel, file, lists);
            int[] blocks = LittleEndian.readInts(channel, file, blockInts);
            Codebook codebook =
                    CodebookFile.read(file.resolveSibling(CodebookFile.name(codebookId)));
            if (codebook.id() != codebookId || codebook.lists() != lists) {
                throw OmenException.corrupt(file + " and its codebook do not fit each other");
            }
            return PackedLists.of(codebook, rows, sizes, blocks);
        }
    }
}
