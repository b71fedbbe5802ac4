package io.omendb.index.segment;

/** Hands out runs of consecutive vectors in an array. Used by one thread. */
public interface VectorCursor {

    /**
     * Moves to a row.
     *
     * @param row the first row wanted
     * @param limit the first row not wanted, above {@code row}
     * @return how many rows from {@code row} on lie end to end in {@link #array()} at {@link
     *     #offset()}; at least 1
     */
    int seek(int row, int limit);

    /** The array that holds the run; valid until the next {@link #seek}. */
    float[] array();

    /** Where in the array the run starts, in components. */
    int offset();
}
