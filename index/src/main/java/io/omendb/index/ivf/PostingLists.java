package io.omendb.index.ivf;

/**
 * The posting lists of one segment: which rows are nearest to each centroid of a codebook, with
 * their codes. Many threads may read; how entries get in is up to the implementation.
 */
public sealed interface PostingLists permits GrowingLists, PackedLists {

    /** The codebook that rows were assigned and encoded with. */
    Codebook codebook();

    /** Rows 0 to this, exclusive, are in the lists (those that a merge kept). */
    int indexedRows();

    /** Shows a list. Its codes are readable to the end of the last block. */
    void view(int list, ListView into);

    /**
     * Reads one int of every cache line of a list, independent of each other, so that memory
     * fetches them side by side before the scan asks for them one after the other.
     *
     * @return something to keep, so that the reads are not optimized away
     */
    int touch(int list);

    /** Entries of a list. */
    int size(int list);

    /** Heap bytes. */
    long bytes();
}
