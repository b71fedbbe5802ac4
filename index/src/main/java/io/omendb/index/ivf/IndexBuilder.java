package io.omendb.index.ivf;

/**
 * Does the two long parts of making an index: k-means over a sample, and assigning and encoding
 * rows. {@link ProcessorIndexBuilder} does them on the processor; a device may do them faster.
 *
 * <p>Two builders agree up to the rounding of floats: a row about as near to two centroids may go
 * to either.
 *
 * <p>Safe to use from any thread.
 */
public interface IndexBuilder {

    /**
     * Starts k-means over some vectors. The caller closes it.
     *
     * @param vectors at least {@code rows} vectors end to end; not changed until it is closed
     * @param dimension a multiple of 64
     * @throws IndexBuilderException if the builder failed; another may be asked
     */
    Clustering cluster(float[] vectors, int dimension, int rows);

    /**
     * Assigns and encodes rows 0 to {@code rows}, exclusive.
     *
     * @param vectors is asked for each row once, in ascending order, by this thread
     * @param into empty; receives all rows in ascending order
     * @throws IndexBuilderException if the builder failed; {@code into} is worthless then
     */
    void encode(Codebook codebook, int rows, ListsBuilder.VectorSource vectors, GrowingLists into);
}
