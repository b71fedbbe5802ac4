package io.omendb.index.ivf;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;

/**
 * Splits posting lists that have grown too long, as a stream that drifts makes them: two centroids
 * take the place of one, and rows of the lists around are assigned anew, because a new centroid may
 * be nearer than theirs. All other lists keep centroids, numbers and codes. Source: LIRE, the
 * rebalancing of SPFresh (SOSP 2023), here many lists at a time.
 */
public final class CodebookSplit {
    private static final int MEMBERS_MAX = 2048;
    private static final int ITERATIONS = 8;

    /** Lists around a split one whose rows are assigned anew. */
    private static final int NEIGHBOURS = 8;

    private CodebookSplit() {}

    /** Hands out rows of a list. */
    @FunctionalInterface
    public interface Members {
        /**
         * Some or all rows of a list.
         *
         * @return at most {@code max} rotated vectors, end to end
         */
        float[] rotated(int list, int max);
    }

    /**
     * The successor of a codebook.
     *
     * @param lists lists to split; each needs two rows or more
     */
    public static Codebook split(Codebook book, List<Integer> lists, Members members, long seed) {
        Random random = new Random(seed);
        int dimension = book.dimension();
        int before = book.lists();
        float[] centroids = Arrays.copyOf(book.centroids(), (before + lists.size()) * dimension);
        int[] cellOfList = Arrays.copyOf(book.cellsOfLists(), before + lists.size());
        BitSet changed = new BitSet(before);
        ProbeOrder order = new ProbeOrder();
        int next = before;
        for (int list : lists) {
            float[] rows = members.rotated(list, MEMBERS_MAX);
            int[] all = new int[rows.length / dimension];
            Arrays.setAll(all, i -> i);
            int[] starts = ClusterGroups.one(all, 2).starts(random);
            float[] halves = KMeans.train(rows, dimension, all, starts, ITERATIONS, random);
            float[] old =
                    Arrays.copyOfRange(book.centroids(), list * dimension, (list + 1) * dimension);
            System.arraycopy(halves, 0, centroids, list * dimension, dimension);
            System.arraycopy(halves, dimension, centroids, next * dimension, dimension);
            cellOfList[next] = cellOfList[list];
            next++;
            changed.set(list);
            order.start(book, old, false);
            for (int i = 0; i < NEIGHBOURS && order.next(); i++) {
                changed.set(order.list());
            }
        }
        return book.next(centroids, cellOfList, changed);
    }
}
