package io.omendb.bench;

import io.omendb.OmenException;
import java.nio.file.Path;
import java.util.Arrays;

/** What share of the true nearest rows searches find. */
final class Recall {
    private final int[][] truth;
    private final int k;

    /**
     * Recall against a truth.
     *
     * @param truth per query the true nearest rows, nearest first; at least k where there are as
     *     many rows
     */
    Recall(int[][] truth, int k) {
        this.truth = truth;
        this.k = k;
    }

    /**
     * Reads a truth file.
     *
     * @throws OmenException INVALID if it is about other queries or other rows
     */
    static int[][] readTruth(Path file, int queries, int rows, int k) {
        int[][] truth = VectorFiles.readIds(file, queries);
        if (truth.length < queries || truth[0].length < Math.min(k, rows)) {
            throw OmenException.invalid(
                    String.format(
                            "%s: found %d rows of %d ids, expected %d of at least %d",
                            file, truth.length, truth[0].length, queries, Math.min(k, rows)));
        }
        for (int[] ids : truth) {
            for (int id : ids) {
                if (id < 0 || id >= rows) {
                    throw OmenException.invalid(
                            file
                                    + ": names row "
                                    + id
                                    + ", but only "
                                    + rows
                                    + " are loaded; leave --truth out to compute the truth of these");
                }
            }
        }
        return truth;
    }

    /** How many of the k nearest rows of a query were found, as a share; 1 where there are none. */
    double of(int query, int[] found) {
        int[] nearest = Arrays.copyOf(truth[query], Math.min(k, truth[query].length));
        if (nearest.length == 0) {
            return 1;
        }
        Arrays.sort(nearest);
        int hits = 0;
        for (int i = 0; i < Math.min(k, found.length); i++) {
            if (Arrays.binarySearch(nearest, found[i]) >= 0) {
                hits++;
            }
        }
        return (double) hits / nearest.length;
    }
}
