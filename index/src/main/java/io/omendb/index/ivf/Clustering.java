package io.omendb.index.ivf;

/**
 * Lloyd's k-means over vectors that were handed over once. Deterministic for the same rows and
 * starts. Used by one thread.
 */
public interface Clustering extends AutoCloseable {

    /**
     * Clusters each group of rows by itself.
     *
     * @param starts a row for each cluster where its centroid starts, group after group
     * @param seed of the choice of rows where clusters that ended up empty start again
     * @return centroids end to end, group after group
     */
    float[] train(ClusterGroups groups, int[] starts, int iterations, long seed);

    /**
     * The nearest centroid of each row.
     *
     * @param rows row numbers
     * @param centroids end to end
     */
    int[] assign(int[] rows, float[] centroids);

    @Override
    void close();
}
