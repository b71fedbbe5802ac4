package io.omendb.index.kernel;

/**
 * RaBitQ's work on bits: signs of residuals into codes, queries into four bits a component, and
 * estimates from both.
 *
 * <p>Bits are ordered so that registers of sixteen lanes fill them without moving data across
 * lanes. In each group of 128 components, component {@code 16 j + l} is bit {@code 8 l + j} of the
 * group's four words; in a last group of 64, it is bit {@code 4 l + j} of its two words.
 *
 * <p>A posting list lies in blocks of sixteen entries, so that a lane works for one entry and a
 * scan reads one stream of memory:
 *
 * <pre>
 *   block: [word 0 of entries 0..15] … [last word] [squares] [slopes] [rows]
 * </pre>
 *
 * each part sixteen ints. So codes lie in files and on devices ({@link CodeLayout#WORDS}); in
 * memory it is up to the kernel how they lie among the same ints. Squares (squared norms of the
 * residuals) and slopes ({@code 2 * square / sum of absolute residuals}) are the bits of floats.
 * Implementations are stateless. Source: Gao and Long, RaBitQ, SIGMOD 2024.
 */
public interface BitCodeKernel {
    /** Entries in a block. */
    int BLOCK = 16;

    /** Ints of an entry beside its code: square, slope, row. */
    int FIELDS = 3;

    /** How the codes lie that this kernel writes and scans. */
    CodeLayout layout();

    /**
     * Signs of {@code vector - centroid}, component by component.
     *
     * @param into receives the entry's code, square and slope in the block that starts at {@code
     *     offset}
     * @param lane the entry's place in the block
     */
    void encode(
            float[] vector,
            int vectorOffset,
            float[] centroid,
            int centroidOffset,
            int n,
            int[] into,
            int offset,
            int lane);

    /** Ints of a quantized query of n components. */
    int queryInts(int n);

    /**
     * Quantizes a query residual to four bits a component.
     *
     * @param residual n components
     * @param query receives what this kernel makes of it, {@link #queryInts} long
     * @param into receives the quantized query's scalars
     */
    void quantize(float[] residual, int n, int[] query, QueryScalars into);

    /**
     * Lower bounds of the scores of the entries of {@code blocks} blocks: {@code a * square + base
     * - b * slope * x - e * sqrt(n * slope^2 - 4 * square)} where x estimates the inner product of
     * an entry's signs with the query residual.
     *
     * @param list blocks from {@code offset} on
     * @param words words a code
     * @param query as {@link #quantize} made it
     * @param below only entries with a bound below this one are reported
     * @param positions receives the positions of those entries counted from the first; as long as
     *     all entries
     * @param bounds receives their bounds; as long
     * @return how many entries were reported
     */
    int lowerBounds(
            int[] list,
            int offset,
            int words,
            int blocks,
            int[] query,
            QueryScalars scalars,
            float below,
            int[] positions,
            float[] bounds);

    /** A residual of zero has no direction; its slope takes it out of the estimate. */
    static float slope(float square, float absolutes) {
        return absolutes > 0 ? 2 * square / absolutes : 0;
    }

    /** The bit, counted from the first word's lowest, of a component among {@code n}. */
    static int bit(int component, int n) {
        int group = component / 128 * 128;
        int bits = n - group >= 128 ? 8 : 4;
        int inGroup = component - group;
        return group + inGroup % 16 * bits + inGroup / 16;
    }

    /** Scalars of a quantized query. Mutable; used by one thread. */
    final class QueryScalars {
        /** Value of level 1. */
        public float step;

        /** Sum of all levels. */
        public int levels;

        /** Weight of the squared residual norm: 1 for L2, 0 for inner products. */
        public float a;

        /** Weight of the estimated inner product: 1 for L2, one half for inner products. */
        public float b;

        /** Weight of the error. */
        public float e;

        /** Score of the centroid itself. */
        public float base;

        private short[] shorts = new short[0];

        /** Room for a kernel to work in, not cleared. */
        short[] shorts(int n) {
            if (shorts.length < n) {
                shorts = new short[2 * n];
            }
            return shorts;
        }
    }
}
