package io.omendb.index.kernel;

/** The fast Walsh-Hadamard transform, unscaled, in place. Implementations are stateless. */
public interface HadamardKernel {

    /**
     * Transforms {@code a[offset, offset + n)}.
     *
     * @param n a power of two, at least 64
     */
    void transform(float[] a, int offset, int n);

    /**
     * Multiplies {@code a[offset + i]} by {@code by[byOffset + i]} for i below n, a multiple of 64.
     */
    void multiply(float[] a, int offset, float[] by, int byOffset, int n);
}
