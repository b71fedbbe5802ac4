package io.omendb.index.ivf;

import io.omendb.OmenException;

/**
 * Posting lists and their codebook as plain arrays, the way they are stored.
 *
 * @param dimension components of a vector before rotation
 * @param rows rows of the segment
 */
@SuppressWarnings("ArrayRecordComponent")
public record StoredIndex(
        int dimension,
        long rotationSeed,
        long codebookId,
        int codebookVersion,
        int trainedRows,
        int rows,
        float[] cellCentroids,
        float[] centroids,
        int[] cellOfList,
        int[] sizes,
        int[] blocks) {

    /** Takes lists apart. The arrays are shared, not copied. */
    public static StoredIndex of(PackedLists lists) {
        Codebook codebook = lists.codebook();
        return new StoredIndex(
                codebook.rotation().dimension(),
                codebook.rotation().seed(),
                codebook.id(),
                codebook.version(),
                codebook.trainedRows(),
                lists.indexedRows(),
                codebook.cellCentroids(),
                codebook.centroids(),
                codebook.cellsOfLists(),
                lists.sizes(),
                lists.blocks());
    }

    public int cells() {
        return cellCentroids.length / new Rotation(dimension, rotationSeed).paddedDimension();
    }

    /**
     * Puts lists together again.
     *
     * @throws OmenException CORRUPT if the parts do not fit each other
     */
    public PackedLists toLists() {
        Codebook codebook =
                new Codebook(
                        codebookId,
                        codebookVersion,
                        trainedRows,
                        new Rotation(dimension, rotationSeed),
                        cellCentroids,
                        centroids,
                        cellOfList);
        return PackedLists.of(codebook, rows, sizes, blocks);
    }
}
