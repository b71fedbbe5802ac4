package io.omendb.index.segment;

import io.omendb.index.file.ReadAhead;

/** The vectors of a segment's rows, on the heap or mapped from a file. */
public interface Vectors {

    /** Components per vector. */
    int dimension();

    /** Copies the vectors of {@code rows} rows from {@code firstRow} on into an array. */
    void read(int firstRow, int rows, float[] into, int offset);

    /** A reader for one thread that hands out runs of rows without copying where it can. */
    VectorCursor cursor();

    /** Heap bytes held. */
    long heapBytes();

    /**
     * Adds a row to those that are read ahead, so that memory fetches many side by side before they
     * are compared.
     */
    void ahead(int row, ReadAhead rowsAhead);
}
