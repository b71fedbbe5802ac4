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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * {@code index.ivf}: the posting lists of a segment. The codebook they belong to is a file of its
 * own, {@link CodebookFile}. All numbers are little-endian:
 *
 * <pre>
 *   0   "OMENIVF1"
 *   8   int32   format version, 3
 *   12  int32   l, lists
 *   16  int64   codebook id
 *   24  int32   rows of the segment
 *   28  int32   e, ints of an entry
 *   32  int32   l       entries of each list
 *   ..  int32   e x (sum of those)   all lists end to end, in blocks as {@link
 *                       io.omendb.index.kernel.BitCodeKernel} draws them, codes as {@link
 *                       io.omendb.index.kernel.CodeLayout#WORDS}; the last block of a list has as
 *                       many lanes as there are entries left
 * </pre>
 *
 * The file's checksum is in the segment's manifest.
 */
final class IvfFile {
    private static final byte[] MAGIC = {'O', 'M', 'E', 'N', 'I', 'V', 'F', '1'};
    private static final int VERSION = 3;
    private static final int HEADER_BYTES = 32;
    private static final int RUN_INTS = 1 << 18;

    private IvfFile() {}

    static FileDigest writeDigested(Path file, PackedLists lists) throws IOException {
        int[] sizes = lists.sizes();
        try (ChecksummedOutput out = ChecksummedOutput.create(file)) {
            ByteBuffer header =
                    ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN).put(MAGIC);
            header.putInt(VERSION).putInt(sizes.length).putLong(lists.codebook().id());
            header.putInt(lists.indexedRows()).putInt(lists.entryInts());
            out.write(header.array());
            LittleEndian.writeInts(out, sizes, sizes.length);
            int[] ints = new int[0];
            for (Run run : runs(sizes, lists.entryInts())) {
                ints = ints.length < run.ints ? new int[run.ints] : ints;
                int count = 0;
                for (int list = run.from; list < run.to; list++) {
                    count += lists.copyEntries(list, ints, count);
                }
                LittleEndian.writeInts(out, ints, count);
            }
            return out.finish();
        }
    }

    /** Neighbouring lists that are written or read at once. */
    private record Run(int from, int to, int ints) {}

    private static List<Run> runs(int[] sizes, int entryInts) {
        List<Run> runs = new ArrayList<>();
        int from = 0;
        int ints = 0;
        for (int list = 0; list < sizes.length; list++) {
            int more = Math.multiplyExact(sizes[list], entryInts);
            if (ints + more > RUN_INTS && list > from) {
                runs.add(new Run(from, list, ints));
                from = list;
                ints = 0;
            }
            ints += more;
        }
        runs.add(new Run(from, sizes.length, ints));
        return runs;
    }

    /**
     * Reads lists back.
     *
     * @param codebooks where the codebook is
     * @throws OmenException CORRUPT if the file is no such file; INVALID if a newer OmenDB wrote it
     */
    static PackedLists read(Path file, FolderCodebooks codebooks) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer header =
                    LittleEndian.readHeader(channel, file, HEADER_BYTES, MAGIC, VERSION);
            int lists = header.getInt();
            long codebookId = header.getLong();
            int rows = header.getInt();
            int entryInts = header.getInt();
            int[] sizes = LittleEndian.readInts(channel, file, lists);
            LittleEndian.requireSize(
                    channel,
                    file,
                    HEADER_BYTES
                            + 4L * lists
                            + 4L * entryInts * Arrays.stream(sizes).asLongStream().sum());
            Codebook codebook = codebooks.get(codebookId);
            PackedLists read = PackedLists.ofSizes(codebook, rows, sizes);
            if (codebook.id() != codebookId
                    || codebook.lists() != lists
                    || read.entryInts() != entryInts) {
                throw OmenException.corrupt(file + " and its codebook do not fit each other");
            }
            for (Run run : runs(sizes, entryInts)) {
                int[] ints = LittleEndian.readInts(channel, file, run.ints);
                int taken = 0;
                for (int list = run.from; list < run.to; list++) {
                    taken += read.fill(list, ints, taken);
                }
            }
            return read;
        }
    }
}
