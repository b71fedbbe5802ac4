package io.omendb.gpu.exact;

import io.omendb.gpu.resident.Layout;

/**
 * Sizes of one run of the search kernels.
 *
 * @param queries queries in the run
 * @param k rows wanted of each
 * @param group queries that a block compares a row with
 * @param sampled tiles whose best row is looked at first, for a threshold
 * @param capacity candidates there is room for, a query
 */
record ScanPlan(int queries, int k, int group, int sampled, int capacity) {
    /** Most rows that can be asked for; K_MAX of select.cu. */
    static final int K_MAX = 1024;

    static final int GROUP_MIN = 8;
    private static final int GROUP_MAX = 64;
    private static final int K_SMALL = 128;
    private static final int CAPACITY_SMALL = 8192;
    private static final int CAPACITY_LARGE = 65_536;

    /**
     * The threshold is about the score of so many times k-th best row: few enough that few
     * candidates pass, many enough that the sample costs little.
     */
    private static final int RANK = 512;

    private static final int SAMPLED_MIN = 1024;

    /** Matches that should be in the sample, for each row wanted. */
    private static final int MATCHES_PER_ROW = 8;

    private static final int QUERIES_MAX = 1024;
    private static final long WORK_BYTES_MAX = 512L << 20;

    /**
     * Sizes for some queries, perhaps not all.
     *
     * @param share smallest share of rows that pass a query's filter; 1 without one
     * @param sharedBytes shared memory a block may have
     */
    static ScanPlan of(
            int queries, int k, int tiles, double share, Layout layout, int sharedBytes) {
        int capacity = k <= K_SMALL ? CAPACITY_SMALL : CAPACITY_LARGE;
        double needed =
                Math.max(
                        Math.max(SAMPLED_MIN, (double) tiles * k / RANK),
                        MATCHES_PER_ROW * k / (share * Layout.TILE_ROWS));
        int sampled = (int) Math.min(tiles, needed);
        long each = 2L * Long.BYTES * capacity + (long) Integer.BYTES * (sampled + 2L * k);
        int together = (int) Math.max(1, Math.min(QUERIES_MAX, WORK_BYTES_MAX / each));
        int count = Math.min(queries, together);
        int group = GROUP_MIN;
        while (group < GROUP_MAX && group < count && fits(2 * group, layout, sharedBytes)) {
            group *= 2;
        }
        return new ScanPlan(count, k, group, sampled, capacity);
    }

    /** Whether so many queries fit beside each other. */
    static boolean fits(int group, Layout layout, int sharedBytes) {
        // Constants of queries are there too, 16 bytes each.
        return group * (layout.codeBytes() + 16) <= sharedBytes;
    }

    /** Groups of queries. */
    int groups() {
        return (queries + group - 1) / group;
    }

    /** Shared memory for the codes of a group. */
    int groupBytes(Layout layout) {
        return group * layout.codeBytes();
    }
}
