package io.omendb.index.ivf;

import io.omendb.index.kernel.BitCodeKernel;
import io.omendb.index.kernel.CodeLayout;
import io.omendb.index.kernel.Kernels;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Posting lists of a frozen segment, end to end in one array. The entries that fill a list's last
 * block have an infinite squared norm, which keeps them out of every answer. Immutable once built.
 */
public final class PackedLists implements PostingLists {
    private static final int BLOCK = BitCodeKernel.BLOCK;
    private static final CodeLayout LAYOUT = Kernels.bitCodes().layout();

    private final Codebook codebook;
    private final int words;
    private final int indexedRows;

    /** The block where each list starts; one more at the end. */
    private final int[] firstBlocks;

    private final int[] sizes;
    private final int[] blocks;

    /**
     * Lists with room for so many entries each.
     *
     * @param indexedRows rows of the segment
     */
    PackedLists(Codebook codebook, int indexedRows, int[] sizes) {
        this(codebook, indexedRows, sizes, firstBlocks(sizes), null);
        for (int list = 0; list < sizes.length; list++) {
            int end = (firstBlocks[list + 1] - firstBlocks[list]) * BLOCK;
            for (int entry = sizes[list]; entry < end; entry++) {
                blocks[field(list, entry, words)] =
                        Float.floatToRawIntBits(Float.POSITIVE_INFINITY);
                blocks[field(list, entry, words + 2)] = -1;
            }
        }
    }

    private PackedLists(
            Codebook codebook,
            int indexedRows,
            int[] sizes,
            int[] firstBlocks,
            int @Nullable [] blocks) {
        this.codebook = codebook;
        this.words = codebook.dimension() / Integer.SIZE;
        this.indexedRows = indexedRows;
        this.sizes = sizes;
        this.firstBlocks = firstBlocks;
        this.blocks =
                blocks == null
                        ? new int[Math.multiplyExact(firstBlocks[sizes.length], blockInts())]
                        : blocks;
    }

    /** Lists whose entries are still to be {@linkplain #fill filled in}. */
    public static PackedLists ofSizes(Codebook codebook, int indexedRows, int[] sizes) {
        return new PackedLists(codebook, indexedRows, sizes);
    }

    /** Ints that an entry takes without what fills up its list's last block. */
    public int entryInts() {
        return words + BitCodeKernel.FIELDS;
    }

    /**
     * Copies a list without what fills up its last block.
     *
     * @param into receives the blocks, codes as {@link CodeLayout#WORDS}, but the last one with as
     *     many lanes as there are entries left
     * @return ints copied: entries times {@link #entryInts()}
     */
    public int copyEntries(int list, int[] into, int offset) {
        int[] codes = new int[words * BLOCK];
        int ints = offset;
        for (int first = 0; first < sizes[list]; first += BLOCK) {
            int lanes = Math.min(BLOCK, sizes[list] - first);
            int block = block(list, first);
            LAYOUT.convert(blocks, block, codes, 0, words);
            for (int field = 0; field < entryInts(); field++) {
                int[] from = field < words ? codes : blocks;
                int at = field < words ? field * BLOCK : block + field * BLOCK;
                System.arraycopy(from, at, into, ints, lanes);
                ints += lanes;
            }
        }
        return ints - offset;
    }

    /**
     * Fills a list from what {@link #copyEntries} made. Only before anybody reads it.
     *
     * @return ints taken
     */
    public int fill(int list, int[] from, int offset) {
        int[] codes = new int[words * BLOCK];
        int ints = offset;
        for (int first = 0; first < sizes[list]; first += BLOCK) {
            int lanes = Math.min(BLOCK, sizes[list] - first);
            int block = block(list, first);
            if (lanes < BLOCK) {
                Arrays.fill(codes, 0);
            }
            for (int field = 0; field < entryInts(); field++) {
                int[] to = field < words ? codes : blocks;
                int at = field < words ? field * BLOCK : block + field * BLOCK;
                System.arraycopy(from, ints, to, at, lanes);
                ints += lanes;
            }
            LAYOUT.convert(codes, 0, blocks, block, words);
        }
        return ints - offset;
    }

    private static int[] firstBlocks(int[] sizes) {
        int[] firstBlocks = new int[sizes.length + 1];
        for (int list = 0; list < sizes.length; list++) {
            firstBlocks[list + 1] = firstBlocks[list] + (sizes[list] + BLOCK - 1) / BLOCK;
        }
        return firstBlocks;
    }

    /** The same lists with an equal codebook, so that segments read from disk share one. */
    public PackedLists sharing(Codebook equal) {
        if (equal.id() != codebook.id()) {
            throw new IllegalArgumentException("another codebook");
        }
        return new PackedLists(equal, indexedRows, sizes, firstBlocks, blocks);
    }

    /** Copies an entry; only while the lists are being built. */
    void copy(int list, int entry, ListView from, int fromEntry, int row) {
        int lane = entry % BLOCK;
        int block = block(list, entry);
        int fromLane = fromEntry % BLOCK;
        int fromBlock = ListView.block(from.offset, fromEntry, words);
        LAYOUT.copyCode(from.blocks, fromBlock, fromLane, blocks, block, lane, words);
        for (int field = words; field < words + 2; field++) {
            blocks[block + field * BLOCK + lane] =
                    from.blocks[fromBlock + field * BLOCK + fromLane];
        }
        blocks[block + (words + 2) * BLOCK + lane] = row;
    }

    /** Entries of each list. Not to be changed. */
    public int[] sizes() {
        return sizes;
    }

    private int blockInts() {
        return (words + BitCodeKernel.FIELDS) * BLOCK;
    }

    private int block(int list, int entry) {
        return ListView.block(firstBlocks[list] * blockInts(), entry, words);
    }

    private int field(int list, int entry, int field) {
        return ListView.field(firstBlocks[list] * blockInts(), entry, words, field);
    }

    @Override
    public Codebook codebook() {
        return codebook;
    }

    @Override
    public int indexedRows() {
        return indexedRows;
    }

    @Override
    public void view(int list, ListView into) {
        into.size = sizes[list];
        into.blocks = blocks;
        into.offset = firstBlocks[list] * blockInts();
    }

    @Override
    public int touch(int list) {
        return ListView.touch(
                blocks, firstBlocks[list] * blockInts(), firstBlocks[list + 1] * blockInts());
    }

    @Override
    public int size(int list) {
        return sizes[list];
    }

    @Override
    public long bytes() {
        return (long) (blocks.length + firstBlocks.length + sizes.length) * Integer.BYTES;
    }
}
