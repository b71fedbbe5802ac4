package io.omendb.index.ivf;

/**
 * How many lists to probe for a recall, learnt from searches whose true answers are known: per
 * number of neighbours asked for, the share of them that lies in the nearest p lists. Immutable.
 */
public final class ProbeModel {
    /** Numbers of neighbours that curves are kept for. */
    static final int[] NEIGHBOURS = {3, 10, 100, 1000};

    /** Share of the lists probed while nothing was measured. */
    private static final int UNMEASURED_SHARE = 4;

    private static final int PROBES_MIN = 12;

    /**
     * Rows whose distance is estimated at least, which takes some 40 µs. A sample speaks for
     * queries like it; those unlike it need more, and while a shard is small, more costs nothing.
     */
    private static final int ROWS_MIN = 5_000;

    private static final int UNMEASURED_MIN = 128;

    /**
     * Share of the misses allowed that lists not probed may cause; the rest is for estimates that
     * err. That the sample is one, the curves allow for.
     */
    private static final double MISSED_OF_QUERIES = 0.7;

    /** Rows lie nearer to each other than queries do to rows. */
    private static final double MISSED_OF_ROWS = 0.5;

    private final int lists;

    /** Lists to probe for each list of the curves. */
    private final float scale;

    /** Per number of neighbours: recall after 1, 2, 3 … lists, until all neighbours are found. */
    private final float[][] recall;

    /** Rows that the shard had when the model was made. */
    private final long rows;

    private final int queries;

    ProbeModel(int lists, float scale, float[][] recall, long rows, int queries) {
        this.lists = lists;
        this.scale = scale;
        this.recall = recall;
        this.rows = rows;
        this.queries = queries;
    }

    /** A guess for a codebook that nothing was measured with yet. */
    public static ProbeModel unmeasured(int lists) {
        return new ProbeModel(lists, 1, new float[0][], 0, 0);
    }

    /**
     * The guess for a larger codebook over the same rows: the same share of the lists, which is
     * more than it will need.
     */
    public ProbeModel scaled(int newLists) {
        return new ProbeModel(newLists, scale * newLists / lists, recall, 0, queries);
    }

    /** After how many queries, as users make them, the model was measured; 0 for none. */
    public int queries() {
        return queries;
    }

    /** Rows that the shard had when the model was made; 0 for a guess. */
    public long rows() {
        return rows;
    }

    /**
     * Lists to probe.
     *
     * @param target share of the true neighbours to find
     * @param k neighbours asked for; with a filter, divided by the share of rows that match, since
     *     that many rows are nearer than the last match
     */
    public int nprobe(double target, double k) {
        double missed = queries > 0 ? MISSED_OF_QUERIES : MISSED_OF_ROWS;
        return Math.max(least(), nprobeUnadjusted(1 - (1 - target) * missed, k));
    }

    /** Rows with many near twins make it look as if a list or two were enough for every query. */
    private int least() {
        long forRows = rows == 0 ? 0 : ((long) ROWS_MIN * lists + rows - 1) / rows;
        return (int) Math.min(lists, Math.max(PROBES_MIN, forRows));
    }

    private int nprobeUnadjusted(double target, double k) {
        if (recall.length == 0) {
            return Math.min(lists, Math.max(UNMEASURED_MIN, lists / UNMEASURED_SHARE));
        }
        if (k <= NEIGHBOURS[0]) {
            return probes(recall[0], target);
        }
        for (int i = 1; i < recall.length; i++) {
            if (k <= NEIGHBOURS[i]) {
                double at = Math.log(k / NEIGHBOURS[i - 1]);
                double share = at / Math.log((double) NEIGHBOURS[i] / NEIGHBOURS[i - 1]);
                double low = probes(recall[i - 1], target);
                double high = probes(recall[i], target);
                return (int) Math.ceil(low * Math.pow(high / low, share));
            }
        }
        // Beyond what was measured: towards all lists for all rows.
        int last = recall.length - 1;
        double most = probes(recall[last], target);
        double more = k / NEIGHBOURS[last];
        double growth =
                rows > NEIGHBOURS[last]
                        ? Math.log(lists / most) / Math.log((double) rows / NEIGHBOURS[last])
                        : 1;
        return (int) Math.min(lists, Math.ceil(most * Math.pow(more, Math.min(1, growth))));
    }

    private int probes(float[] curve, double target) {
        for (int p = 0; p < curve.length; p++) {
            if (curve[p] >= target) {
                return (int) Math.min(lists, Math.ceil((p + 1) * scale));
            }
        }
        return lists;
    }
}
