package io.omendb.index.kernel;

/**
 * How the codes of a block lie in memory, which is up to the kernel that scans them. Files and
 * devices have {@link #WORDS}. Squares, slopes and rows follow the codes and lie the same in both.
 */
public enum CodeLayout {
    /** Word by word: each of sixteen entries. A lane of a register then works for one entry. */
    WORDS {
        @Override
        public void putWord(int[] blocks, int block, int lane, int word, int value) {
            blocks[block + word * BLOCK + lane] = value;
        }

        @Override
        public void copyCode(
                int[] from,
                int fromBlock,
                int fromLane,
                int[] to,
                int toBlock,
                int toLane,
                int words) {
            for (int word = 0; word < words * BLOCK; word += BLOCK) {
                to[toBlock + word + toLane] = from[fromBlock + word + fromLane];
            }
        }

        @Override
        public void convert(int[] from, int fromBlock, int[] to, int toBlock, int words) {
            System.arraycopy(from, fromBlock, to, toBlock, words * BLOCK);
        }
    },

    /**
     * Byte by byte: each of sixteen entries, so that a register of 128 bits looks up one byte of
     * all of them. Byte {@code j} of entry {@code e} is byte {@code e / 4} of int {@code 4 j + e %
     * 4}: sums of bytes that are split into pairs of bytes, and those into ints, are in the order
     * of entries then.
     */
    BYTES {
        @Override
        public void putWord(int[] blocks, int block, int lane, int word, int value) {
            int shift = shift(lane);
            int at = block + word * BLOCK + lane % QUARTER;
            for (int i = 0; i < QUARTER; i++) {
                put(blocks, at + i * QUARTER, shift, value >>> Byte.SIZE * i & 0xff);
            }
        }

        @Override
        public void copyCode(
                int[] from,
                int fromBlock,
                int fromLane,
                int[] to,
                int toBlock,
                int toLane,
                int words) {
            int source = fromBlock + fromLane % QUARTER;
            int target = toBlock + toLane % QUARTER;
            int fromShift = shift(fromLane);
            int toShift = shift(toLane);
            for (int i = 0; i < words * BLOCK; i += QUARTER) {
                put(to, target + i, toShift, from[source + i] >>> fromShift & 0xff);
            }
        }

        @Override
        public void convert(int[] from, int fromBlock, int[] to, int toBlock, int words) {
            for (int word = 0; word < words * BLOCK; word += BLOCK) {
                for (int i = word; i < word + QUARTER; i++) {
                    transpose(from, fromBlock + i, to, toBlock + i);
                }
            }
        }
    };

    private static final int BLOCK = BitCodeKernel.BLOCK;
    private static final int QUARTER = 4;

    /** Writes a word of a code. Words of other entries stay readable meanwhile. */
    public abstract void putWord(int[] blocks, int block, int lane, int word, int value);

    /** Copies a code from an entry of one block to an entry of another. */
    public abstract void copyCode(
            int[] from, int fromBlock, int fromLane, int[] to, int toBlock, int toLane, int words);

    /**
     * Copies the codes of a whole block from this layout to {@link #WORDS}, or the other way: that
     * is the same exchange of bytes.
     */
    public abstract void convert(int[] from, int fromBlock, int[] to, int toBlock, int words);

    /** Bits below the byte of an entry in {@link #BYTES}. */
    static int shift(int lane) {
        return lane / QUARTER * Byte.SIZE;
    }

    /** Writes one byte of an int. */
    static void put(int[] into, int at, int shift, int value) {
        into[at] = into[at] & ~(0xff << shift) | value << shift;
    }

    /** Four ints of four bytes, a quarter of a block's ints apart: rows become columns. */
    private static void transpose(int[] from, int source, int[] to, int target) {
        int a = from[source];
        int b = from[source + QUARTER];
        int c = from[source + 2 * QUARTER];
        int d = from[source + 3 * QUARTER];
        // Bytes of pairs of ints first, halves of ints then.
        int ab = a & 0x00ff00ff | (b & 0x00ff00ff) << 8;
        int ba = a >>> 8 & 0x00ff00ff | b & 0xff00ff00;
        int cd = c & 0x00ff00ff | (d & 0x00ff00ff) << 8;
        int dc = c >>> 8 & 0x00ff00ff | d & 0xff00ff00;
        to[target] = ab & 0xffff | cd << 16;
        to[target + QUARTER] = ba & 0xffff | dc << 16;
        to[target + 2 * QUARTER] = ab >>> 16 | cd & 0xffff0000;
        to[target + 3 * QUARTER] = ba >>> 16 | dc & 0xffff0000;
    }
}
