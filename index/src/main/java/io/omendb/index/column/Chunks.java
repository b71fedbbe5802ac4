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

    /** Heap bytes of an array beside its elements, with the reference to it. */
    static final int OBJECT_BYTES = 20;

    private Chunks() {}
}
