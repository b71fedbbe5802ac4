package io.omendb.index.column;

/**
 * An append-only column of bits, 64 to a word. Same sharing rules as {@link IntColumn}: the writer
 * may still be adding bits of later rows to a word that a reader looks at, which changes no bit the
 * reader may ask for.
 */
final class BitColumn {
    private final LongColumn words = new LongColumn();

    /** Writes the bit of a row; rows are written in ascending order, without gaps. */
    void set(int row, boolean value) {
        int word = row >>> 6;
        long before = (row & 63) == 0 ? 0 : words.get(word);
        words.set(word, value ? before | 1L << (row & 63) : before);
    }

    boolean get(int row) {
        return (words.get(row >>> 6) & 1L << (row & 63)) != 0;
    }

    long bytes() {
        return words.bytes();
    }
}
