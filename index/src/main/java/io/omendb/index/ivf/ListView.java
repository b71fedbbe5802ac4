package io.omendb.index.ivf;

import io.omendb.index.kernel.BitCodeKernel;

/**
 * One posting list as the scan sees it, in the layout of {@link BitCodeKernel}. Filled by {@link
 * PostingLists#view}; a reader reuses one.
 */
public final class ListView {
    int[] blocks = new int[0];

    /** Where the list starts in {@link #blocks}. */
    int offset;

    /** Entries of the list. */
    int size;

    /** The row of an entry. */
    int row(int entry, int words) {
        return blocks[field(offset, entry, words, words + 2)];
    }

    private static final int LINE_INTS = 16;

    /** See {@link PostingLists#touch}. */
    static int touch(int[] blocks, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += LINE_INTS) {
            sum += blocks[i];
        }
        return sum;
    }

    /** Where an entry's square ({@code field} is {@code words}), slope or row is. */
    static int field(int offset, int entry, int words, int field) {
        return block(offset, entry, words)
                + field * BitCodeKernel.BLOCK
                + entry % BitCodeKernel.BLOCK;
    }

    /** Where the block of an entry begins. */
    static int block(int offset, int entry, int words) {
        return offset
                + entry
                        / BitCodeKernel.BLOCK
                        * (words + BitCodeKernel.FIELDS)
                        * BitCodeKernel.BLOCK;
    }
}
