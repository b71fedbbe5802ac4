package io.omendb.index.column;

/** The chunk geometry that all columns share. */
final class Chunks {
    /**
     * Rows per chunk, as a power of two: small enough for a tiny collection, large enough to scan
     * at full speed.
     */
    static final int BITS = 10;

    static final int ROWS = 1 << BITS;
    static final int MASK = ROWS - 1;

    private Chunks() {}

    /** Chunks that hold so many rows. */
    static int holding(int rows) {
        return (rows + MASK) >>> BITS;
    }

    /** The first row of a chunk. */
    static int start(int chunk) {
        return chunk << BITS;
    }

    /** The first row past a chunk or, if that comes earlier, past all rows. */
    static int end(int chunk, int rows) {
        return Math.min(rows, (chunk + 1) << BITS);
    }
}
