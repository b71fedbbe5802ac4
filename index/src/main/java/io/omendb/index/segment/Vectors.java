package io.omendb.index.segment;

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
}
