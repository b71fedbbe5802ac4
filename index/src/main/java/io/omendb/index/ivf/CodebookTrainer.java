package io.omendb.index.ivf;

import java.util.Arrays;
import java.util.Random;

/**
 * Two-level k-means: cells over the whole sample, then lists within each cell, as many as its share
 * of the sample asks for. Training costs sqrt(lists) comparisons a row and level where one level
 * would cost as many as there are lists.
 */
public final class CodebookTrainer {
    private static final int CELL_ITERATIONS = 6;
    private static final int LIST_ITERATIONS = 5;
    private static final int CELL_SAMPLE = 256;

    private CodebookTrainer() {}

    /**
     * Trains a codebook.
     *
     * @param builder does the work
     * @param trainedRows rows that the shard has
     * @param sample rotated vectors end to end
     * @param rows vectors in the sample, at least {@code lists}
     * @param lists about how many posting lists are wanted
     * @throws IndexBuilderException if the builder failed
     */
    public static Codebook train(
            IndexBuilder builder,
            int version,
            int trainedRows,
            Rotation rotation,
            float[] sample,
            int rows,
            int lists,
            long seed) {
        Random random = new Random(seed);
        int cells = Math.max(1, (int) Math.round(Math.sqrt(lists)));
        int[] all = permutation(rows, random);
        try (Clustering clustering = builder.cluster(sample, rotation.paddedDimension(), rows)) {
            ClusterGroups few =
                    ClusterGroups.one(
                            Arrays.copyOf(all, Math.min(rows, cells * CELL_SAMPLE)), cells);
            float[] cellCentroids =
                    clustering.train(few, few.starts(random), CELL_ITERATIONS, random.nextLong());
            ClusterGroups groups = byCell(all, clustering.assign(all, cellCentroids), cells, lists);
            float[] centroids =
                    clustering.train(
                            groups, groups.starts(random), LIST_ITERATIONS, random.nextLong());
            return Codebook.trained(
                    version, trainedRows, rotation, cellCentroids, centroids, cells(groups));
        }
    }

    /**
     * Rows by cell, each cell with as many clusters as its share of the rows asks for.
     *
     * @param cellOfRow the cell of each of {@code rows}
     */
    private static ClusterGroups byCell(int[] rows, int[] cellOfRow, int cells, int lists) {
        int[] firstRows = new int[cells + 1];
        for (int cell : cellOfRow) {
            firstRows[cell + 1]++;
        }
        int[] firstLists = new int[cells + 1];
        for (int cell = 0; cell < cells; cell++) {
            int size = firstRows[cell + 1];
            int share = (int) Math.round((double) size * lists / rows.length);
            firstLists[cell + 1] = firstLists[cell] + Math.min(size, Math.max(1, share));
            firstRows[cell + 1] += firstRows[cell];
        }
        int[] sorted = new int[rows.length];
        int[] next = Arrays.copyOf(firstRows, cells);
        for (int i = 0; i < rows.length; i++) {
            sorted[next[cellOfRow[i]]++] = rows[i];
        }
        return new ClusterGroups(sorted, firstRows, firstLists);
    }

    /** The group of each cluster. */
    private static int[] cells(ClusterGroups groups) {
        int[] cells = new int[groups.clusters()];
        for (int cell = 0; cell < groups.count(); cell++) {
            Arrays.fill(
                    cells, groups.firstClusters()[cell], groups.firstClusters()[cell + 1], cell);
        }
        return cells;
    }

    private static int[] permutation(int n, Random random) {
        int[] order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
