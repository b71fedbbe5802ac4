package io.omendb.index.ivf;

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
     * @param trainedRows rows that the shard has
     * @param sample rotated vectors end to end
     * @param rows vectors in the sample, at least {@code lists}
     * @param lists about how many posting lists are wanted
     */
    public static Codebook train(
            int version,
            int trainedRows,
            Rotation rotation,
            float[] sample,
            int rows,
            int lists,
            long seed) {
        Random random = new Random(seed);
        int dimension = rotation.paddedDimension();
        int cells = Math.max(1, (int) Math.round(Math.sqrt(lists)));
        int[] all = permutation(rows, random);
        int[] cellRows = java.util.Arrays.copyOf(all, Math.min(rows, cells * CELL_SAMPLE));
        float[] cellCentroids =
                KMeans.train(sample, dimension, cellRows, cells, CELL_ITERATIONS, random);
        int[] cellOfRow = new int[rows];
        KMeans.assign(sample, dimension, all, cellCentroids, cells, cellOfRow);
        int[] sizes = new int[cells];
        for (int cell : cellOfRow) {
            sizes[cell]++;
        }
        int[] listsOfCell = new int[cells];
        int total = 0;
        for (int cell = 0; cell < cells; cell++) {
            int share = (int) Math.round((double) sizes[cell] * lists / rows);
            listsOfCell[cell] = Math.min(sizes[cell], Math.max(1, share));
            total += listsOfCell[cell];
        }
        float[] centroids = new float[total * dimension];
        int[] cellOfList = new int[total];
        int list = 0;
        for (int cell = 0; cell < cells; cell++) {
            int count = listsOfCell[cell];
            if (count == 0) {
                continue;
            }
            int[] members = members(all, cellOfRow, cell, sizes[cell]);
            float[] trained =
                    KMeans.train(sample, dimension, members, count, LIST_ITERATIONS, random);
            System.arraycopy(trained, 0, centroids, list * dimension, trained.length);
            java.util.Arrays.fill(cellOfList, list, list + count, cell);
            list += count;
        }
        return Codebook.trained(
                version, trainedRows, rotation, cellCentroids, centroids, cellOfList);
    }

    private static int[] members(int[] rows, int[] cellOfRow, int cell, int count) {
        int[] members = new int[count];
        int next = 0;
        for (int i = 0; i < rows.length; i++) {
            if (cellOfRow[i] == cell) {
                members[next++] = rows[i];
            }
        }
        return members;
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
