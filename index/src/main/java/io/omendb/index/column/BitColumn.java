package io.omendb.index.column;

import java.util.BitSet;

/**
 * An append-only column of bits, 64 to a word. Same sharing rules as {@link IntColumn}: the writer
 * may still be adding bits of later rows to a word that a reader looks at, which changes no bit the
 * reader may ask for.
 */
final class BitColumn {
    private final LongColumn words = new LongColumn();

    /** Only ever grow, so a reader finds at least what its own rows add up to. */
    private int ones;

    private int zeros;

    /** Writes the bit of a row; rows are written in ascending order, without gaps. */
    void set(int row, boolean value) {
        int word = row >>> 6;
        long before = (row & 63) == 0 ? 0 : words.get(word);
        words.set(word, value ? before | 1L << (row & 63) : before);
        if (value) {
            ones++;
        } else {
            zeros++;
        }
    }

    boolean get(int row) {
        return (words.get(row >>> 6) & 1L << (row & 63)) != 0;
    }

    /** Bits written so far that are set; later rows than the reader's may count already. */
    int ones() {
        return ones;
    }

    /** Bits written so far that are not set; later rows than the reader's may count already. */
    int zeros() {
        return zeros;
    }

    /** Bits written so far. */
    long written() {
        return (long) ones + zeros;
    }

    /** The rows below {@code rows} whose bit is set. */
    BitSet setBelow(int rows) {
        long[] copy = new long[(rows + 63) >>> 6];
        for (int word = 0; word < copy.length; word++) {
            copy[word] = words.get(word);
        }
        if ((rows & 63) != 0) {
            copy[copy.length - 1] &= (1L << (rows & 63)) - 1;
        }
        return BitSet.valueOf(copy);
    }

    long bytes() {
        return words.bytes();
    }
}
