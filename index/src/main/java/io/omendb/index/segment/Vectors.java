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

    /**
     * Reads one component of every cache line of a row. Doing so for many rows before they are
     * compared lets memory fetch them side by side.
     *
     * @return something to keep, so that the reads are not optimized away
     */
    float touch(int row);
}
