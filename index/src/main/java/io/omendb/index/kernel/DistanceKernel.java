package io.omendb.index.kernel;

/**
 * Scores of vectors held in flat arrays. Implementations are stateless; arrays are never kept.
 *
 * <p>Lengths and offsets are in components. A range outside its array is an {@link
 * IndexOutOfBoundsException}.
 */
public interface DistanceKernel {

    /**
     * Squared Euclidean distance of {@code a[aOffset, aOffset + n)} and {@code b[bOffset, bOffset +
     * n)}.
     */
    float squaredL2(float[] a, int aOffset, float[] b, int bOffset, int n);

    /** Inner product of {@code a[aOffset, aOffset + n)} and {@code b[bOffset, bOffset + n)}. */
    float dot(float[] a, int aOffset, float[] b, int bOffset, int n);

    /** Name for logs and benchmark tables, such as {@code vector-512}. */
    String name();
}
