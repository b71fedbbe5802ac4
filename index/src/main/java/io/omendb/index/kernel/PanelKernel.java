package io.omendb.index.kernel;

/**
 * Inner products of one vector with many, sixteen at a time. The many lie in <em>panels</em>:
 *
 * <pre>
 *   panel of n components: [component 0 of vectors 0..15][component 1 of vectors 0..15] …
 * </pre>
 *
 * so that a lane holds one vector's sum from start to end and nothing is summed across lanes.
 * Implementations are stateless.
 */
public interface PanelKernel {
    /** Vectors in a panel. */
    int PANEL = 16;

    /**
     * Inner products of {@code x[xOffset, xOffset + n)} with every vector of {@code count} panels
     * that lie end to end from {@code panels[offset]} on; {@code count * 16} results go to {@code
     * into[0 …]}.
     */
    void dots(float[] x, int xOffset, float[] panels, int offset, int count, int n, float[] into);

    /**
     * The lane with the highest {@code dot - halfNorm}, which is the vector nearest to x.
     *
     * @param halfNorms half the squared norm of every lane, infinite where it holds no vector; from
     *     {@code normOffset} on
     * @return the lane counted from the first panel, with its score: {@link #lane} and {@link
     *     #score} take them apart; comparing two results compares their scores
     */
    long nearest(
            float[] x,
            int xOffset,
            float[] panels,
            int offset,
            int count,
            int n,
            float[] halfNorms,
            int normOffset);

    /** Joins a score and a lane so that results compare as their scores do. */
    static long result(float score, int lane) {
        int bits = Float.floatToIntBits(score);
        return (long) (bits ^ (bits >> 31 & 0x7fffffff)) << 32 | lane;
    }

    /** The lane of a result. */
    static int lane(long result) {
        return (int) result;
    }

    /** The score of a result. */
    static float score(long result) {
        int bits = (int) (result >> 32);
        return Float.intBitsToFloat(bits ^ (bits >> 31 & 0x7fffffff));
    }
}
