package io.omendb.index.ivf;

import io.omendb.index.kernel.HadamardKernel;
import io.omendb.index.kernel.Kernels;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A random orthogonal map, the same for the same dimension and seed: rounds of sign flips and fast
 * Hadamard transforms, which take n log n steps where a dense matrix takes n². Vectors are padded
 * with zeros to a multiple of 64 components. Where that is no power of two, a round transforms the
 * longest power of two of components at the start, the next round the same number at the end, so
 * that all components mix after some rounds. Distances are kept, and norms, too, unless there is an
 * origin: then vectors count from there. Where they all lie far from zero, close together, their
 * squares would leave no digits for the squares of their distances. Immutable.
 */
public final class Rotation {
    private static final int MULTIPLE = 64;
    private static final int ROUNDS_POWER_OF_TWO = 3;
    private static final int ROUNDS_OVERLAPPING = 6;

    private final HadamardKernel kernel = Kernels.hadamard();
    private final int dimension;
    private final int padded;
    private final int window;
    private final long seed;
    private final float @Nullable [] origin;

    /** Per round, a factor for each component: a sign, scaled inside the round's window. */
    private final float[][] factors;

    /** A rotation about zero. */
    public Rotation(int dimension, long seed) {
        this(dimension, seed, null);
    }

    /**
     * A rotation.
     *
     * @param origin what is taken off each vector first; null for nothing
     */
    public Rotation(int dimension, long seed, float @Nullable [] origin) {
        this.origin = origin;
        this.dimension = dimension;
        this.padded = (dimension + MULTIPLE - 1) / MULTIPLE * MULTIPLE;
        this.window = Integer.highestOneBit(padded);
        this.seed = seed;
        int rounds = window == padded ? ROUNDS_POWER_OF_TWO : ROUNDS_OVERLAPPING;
        Random random = new Random(seed);
        this.factors = new float[rounds][padded];
        float scale = (float) (1 / Math.sqrt(window));
        for (int round = 0; round < rounds; round++) {
            int start = windowStart(round);
            for (int d = 0; d < padded; d++) {
                float sign = random.nextBoolean() ? 1 : -1;
                factors[round][d] = d >= start && d < start + window ? sign * scale : sign;
            }
        }
    }

    /** Components of a vector before. */
    public int dimension() {
        return dimension;
    }

    /** Components of a vector after: a multiple of 64. */
    public int paddedDimension() {
        return padded;
    }

    public long seed() {
        return seed;
    }

    /**
     * Rounds in the order in which {@link #apply} goes through them: each multiplies component by
     * component with its {@linkplain #factors factors}, then transforms {@link #window} components
     * from {@link #windowStart} on by an unscaled Hadamard matrix.
     */
    public int rounds() {
        return factors.length;
    }

    /** Components that a round transforms: a power of two. */
    public int window() {
        return window;
    }

    /** The factors of a round, one for each component of a padded vector. Not to be changed. */
    public float[] factors(int round) {
        return factors[round];
    }

    /** What is taken off each vector before it is rotated; null for nothing. Not to be changed. */
    public float @Nullable [] origin() {
        return origin;
    }

    /** The same rotation about another origin. */
    public Rotation about(float @Nullable [] other) {
        return new Rotation(dimension, seed, other);
    }

    /** Takes the origin off a vector, in place. */
    public void centre(float[] vector, int offset) {
        if (origin != null) {
            for (int d = 0; d < dimension; d++) {
                vector[offset + d] -= origin[d];
            }
        }
    }

    /** Rotates {@code vector[offset …]} into {@code into[intoOffset …]}. */
    public void apply(float[] vector, int offset, float[] into, int intoOffset) {
        System.arraycopy(vector, offset, into, intoOffset, dimension);
        for (int d = dimension; d < padded; d++) {
            into[intoOffset + d] = 0;
        }
        centre(into, intoOffset);
        for (int round = 0; round < factors.length; round++) {
            kernel.multiply(into, intoOffset, factors[round], 0, padded);
            kernel.transform(into, intoOffset + windowStart(round), window);
        }
    }

    /** The first component that a round transforms. */
    public int windowStart(int round) {
        return round % 2 == 0 ? 0 : padded - window;
    }
}
