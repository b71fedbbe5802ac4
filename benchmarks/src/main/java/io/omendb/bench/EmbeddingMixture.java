package io.omendb.bench;

import java.util.Arrays;
import java.util.Random;

/**
 * Draws vectors that are distributed like embeddings: clusters of very different sizes and widths
 * that overlap, each spread over few directions of the space, with a variance that decays by a
 * power law from one direction to the next. Same shape, same vectors, on every machine and Java
 * version: {@link Random} and {@link StrictMath} are specified to the bit.
 *
 * <p>All directions come from one pool of unit vectors, at most {@value #POOL_MAX}. Cluster {@code
 * c} has
 *
 * <ul>
 *   <li>a weight of {@code 1 / sqrt(c + 1)};
 *   <li>a centre, a sum of as many directions of the pool as a cluster has, always the first ones,
 *       with normal coefficients whose variance is {@code j^-0.8} in direction {@code j}: centres
 *       lie in a common subspace, as topics do;
 *   <li>its own directions, drawn from the whole pool, in which its rows vary likewise;
 *   <li>a width, log-normal around the shape's, in which 1 is the centres' spread.
 * </ul>
 *
 * <p>A row is its cluster's centre, a draw along the cluster's directions, and uniform noise over
 * all components that has {@link #NOISE} of the row's spread.
 */
final class EmbeddingMixture {
    private static final int POOL_MAX = 512;
    private static final double DECAY = 0.8;
    private static final double WIDTH_DEVIATION = 0.25;
    private static final double NOISE = 0.1;

    private final Shape shape;
    private final float[][] pool;
    private final double[] deviations;
    private final double[] cumulativeWeights;
    private final float[][] centres;
    private final int[][] directions;
    private final double[] widths;

    /**
     * What a mixture is made from.
     *
     * @param dimension components of a vector
     * @param clusters how many
     * @param intrinsic directions in which a cluster extends
     * @param width how far rows lie from their centre, where centres lie 1 from their middle
     * @param unit whether vectors are scaled to length 1
     */
    record Shape(int dimension, int clusters, int intrinsic, double width, boolean unit) {}

    EmbeddingMixture(Shape shape, long seed) {
        this.shape = shape;
        Random random = new Random(seed);
        int poolSize = Math.max(shape.intrinsic, Math.min(POOL_MAX, shape.dimension));
        this.pool = new float[poolSize][];
        Arrays.setAll(pool, i -> direction(random));
        this.deviations = deviations(shape.intrinsic);
        this.cumulativeWeights = new double[shape.clusters];
        this.centres = new float[shape.clusters][];
        this.directions = new int[shape.clusters][];
        this.widths = new double[shape.clusters];
        int[] first = new int[shape.intrinsic];
        Arrays.setAll(first, j -> j);
        double weight = 0;
        for (int c = 0; c < shape.clusters; c++) {
            weight += 1 / Math.sqrt(c + 1);
            cumulativeWeights[c] = weight;
            centres[c] = new float[shape.dimension];
            addDraw(random, first, 1, centres[c]);
            directions[c] = random.ints(0, poolSize).distinct().limit(shape.intrinsic).toArray();
            widths[c] = shape.width * StrictMath.exp(WIDTH_DEVIATION * random.nextGaussian());
        }
    }

    /** Draws the next vector; the source says which ones these are. */
    void draw(Random random, float[] into) {
        int cluster = cluster(random);
        System.arraycopy(centres[cluster], 0, into, 0, into.length);
        addDraw(random, directions[cluster], widths[cluster], into);
        float noise = (float) (NOISE * Math.sqrt(12.0 / shape.dimension));
        for (int i = 0; i < into.length; i++) {
            into[i] += noise * (random.nextFloat() - 0.5f);
        }
        if (shape.unit) {
            scaleToUnit(into);
        }
    }

    private int cluster(Random random) {
        double at = random.nextDouble() * cumulativeWeights[shape.clusters - 1];
        int found = Arrays.binarySearch(cumulativeWeights, at);
        return Math.min(shape.clusters - 1, found < 0 ? -found - 1 : found + 1);
    }

    /** Adds a normal draw along some directions, of expected length {@code width}. */
    private void addDraw(Random random, int[] along, double width, float[] into) {
        for (int j = 0; j < along.length; j++) {
            float amount = (float) (width * deviations[j] * random.nextGaussian());
            float[] direction = pool[along[j]];
            for (int i = 0; i < into.length; i++) {
                into[i] += amount * direction[i];
            }
        }
    }

    /** Standard deviations along a cluster's directions, whose variances sum to 1. */
    private static double[] deviations(int intrinsic) {
        double[] variances = new double[intrinsic];
        Arrays.setAll(variances, j -> StrictMath.pow(j + 1, -DECAY));
        double total = Arrays.stream(variances).sum();
        return Arrays.stream(variances).map(variance -> Math.sqrt(variance / total)).toArray();
    }

    private float[] direction(Random random) {
        float[] direction = new float[shape.dimension];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) random.nextGaussian();
        }
        scaleToUnit(direction);
        return direction;
    }

    private static void scaleToUnit(float[] vector) {
        double square = 0;
        for (float component : vector) {
            square += (double) component * component;
        }
        float scale = (float) (1 / Math.sqrt(square));
        for (int i = 0; i < vector.length; i++) {
            vector[i] *= scale;
        }
    }
}
