package io.omendb.index.kernel;

/**
 * Components of vectors as bytes and back. Implementations are stateless.
 *
 * <p>A byte stands for an integer: of 0 to 255, or of -128 to 127 where it is signed.
 */
public interface ByteCastKernel {

    /**
     * Makes bytes of {@code from[offset, offset + n)}, where that loses nothing: a component that
     * is no such integer, or a negative zero, is none.
     *
     * @return false if any component does not fit; what is in {@code into} then is of no meaning
     */
    boolean narrow(float[] from, int offset, byte[] into, int at, int n, boolean signed);

    /** Makes components of {@code from[offset, offset + n)}. */
    void widen(byte[] from, int offset, float[] into, int at, int n, boolean signed);
}
