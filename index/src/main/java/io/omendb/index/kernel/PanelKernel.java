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

    /** Vectors that {@link #scores} takes at once. */
    int GROUP = 4;

    /**
     * Inner products of {@code x[xOffset, xOffset + n)} with every vector of {@code count} panels
     * that lie end to end from {@code panels[offset]} on; {@code count * 16} results go to {@code
     * into[0 …]}.
     */
    void dots(float[] x, int xOffset, float[] panels, int offset, int count, int n, float[] into);

    /**
     * {@code dot - halfNorm} of four vectors with every vector of {@code count} panels; what is
     * read of a panel serves all four.
     *
     * @param x holds the four, n components from each of {@code x0} to {@code x3} on
     * @param halfNorms half the squared norm of every lane, infinite where it holds no vector; from
     *     {@code normOffset} on. The highest score is then that of the vector nearest to x
     * @param into receives {@code count * 16} scores for each of the four, which start {@code
     *     stride} apart
     */
    void scores(
            float[] x,
            int x0,
            int x1,
            int x2,
            int x3,
            float[] panels,
            int offset,
            int count,
            int n,
            float[] halfNorms,
            int normOffset,
            float[] into,
            int stride);

    /**
     * The highest of {@code count * 16} scores.
     *
     * @return the lane counted from {@code offset}, the first where several are highest, with its
     *     score: {@link #lane} and {@link #score} take them apart; comparing two results compares
     *     their scores
     */
    long highest(float[] scores, int offset, int count);

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
