package io.omendb.index.ivf;

import java.util.Arrays;

/**
 * The share of neighbours in the nearest p lists, for every p, less its standard error: as sure as
 * the sample was large, and as queries are alike. A query counts by its neighbours. Used by one
 * thread.
 */
final class ProbeCurve {
    private final int[] here;

    /** Of the neighbours that each query has in so many lists: their sum, and so on. */
    private final double[] sum;

    private final double[] squares;
    private final double[] weighted;
    private double weights;
    private double squaredWeights;

    ProbeCurve(int lists) {
        here = new int[lists];
        sum = new double[lists];
        squares = new double[lists];
        weighted = new double[lists];
    }

    /**
     * Adds a query.
     *
     * @param places of its neighbours, nearest neighbour first
     * @param neighbours how many of them count
     */
    void add(int[] places, int neighbours) {
        Arrays.fill(here, 0);
        for (int n = 0; n < neighbours; n++) {
            here[places[n]]++;
        }
        long found = 0;
        for (int p = 0; p < here.length; p++) {
            found += here[p];
            sum[p] += found;
            squares[p] += (double) found * found;
            weighted[p] += (double) found * neighbours;
        }
        weights += neighbours;
        squaredWeights += (double) neighbours * neighbours;
    }

    /** By the number of lists less one, until all neighbours are found; empty without queries. */
    float[] surely() {
        float[] recall = new float[sum.length];
        int length = 0;
        while (length < recall.length && (length == 0 ? 0 : sum[length - 1]) < weights) {
            double mean = sum[length] / weights;
            double deviations =
                    squares[length] - 2 * mean * weighted[length] + mean * mean * squaredWeights;
            double error = Math.sqrt(Math.max(0, deviations)) / weights;
            recall[length++] = (float) (mean - error);
        }
        return Arrays.copyOf(recall, length);
    }
}
