package io.omendb.index.shard;

/**
 * How many rows are nearer than the last of an answer, told by some of the lists probed. From list
 * to list they become fewer, and go on to do so in those that are not probed yet.
 */
final class NearRows {
    /** The nearest lists, which hold most of them where they are few, are all looked at. */
    private static final int ALL_OF = 8;

    /** So many of the others stand for all of these. */
    private static final int SOME = 16;

    private static final int PARTS = 4;

    /** Where they do not become fewer, as if they did, slowly. */
    private static final double DECAY_MAX = 0.9;

    /** What is seen says little of lists much farther away. */
    private static final double WIDER_MAX = 2;

    private final int lists;
    private final int each;
    private final int some;

    /** Rows in each quarter of the lists. */
    private final double[] parts = new double[PARTS];

    /** Entries that came into question there: more, of all lists, and of more or less near rows. */
    private final double[] candidates = new double[PARTS];

    private double rows;

    /**
     * Nothing is counted yet.
     *
     * @param lists probed
     */
    NearRows(int lists) {
        this.lists = lists;
        this.each = Math.min(ALL_OF, lists);
        this.some = Math.min(SOME, lists - each);
    }

    /** How many lists to look at. */
    int looks() {
        return each + some;
    }

    /** The place of the list to look at, 0 for the nearest. */
    int place(int look) {
        return look < each ? look : each + (int) ((look - each + 0.5) * (lists - each) / some);
    }

    /** Takes what was counted in that list. */
    void add(int look, int nearer) {
        double stands = look < each ? nearer : (double) nearer * (lists - each) / some;
        parts[place(look) * PARTS / lists] += stands;
        rows += stands;
    }

    /** In all lists probed. */
    double rows() {
        return rows;
    }

    /** Takes how many entries of a list came into question. */
    void addCandidates(int place, int count) {
        candidates[place * PARTS / lists] += count;
    }

    /** In the last quarter. The later half tells of the far end; its bounds hardly change. */
    private double last() {
        double later = candidates[PARTS - 2] + candidates[PARTS - 1];
        return later == 0
                ? 0
                : (parts[PARTS - 2] + parts[PARTS - 1]) * candidates[PARTS - 1] / later;
    }

    /** How many times as many there are in a quarter as in the one before it, below 1. */
    private double decay() {
        double last = candidates[PARTS - 1];
        return last == 0 ? 0 : Math.min(DECAY_MAX, last / Math.max(last, candidates[PARTS - 2]));
    }

    /**
     * Lists to probe in all, for so small a share of the near rows to be in the others; twice as
     * many as were probed at most.
     */
    int listsFor(double missed) {
        double decay = decay();
        double beyond = last() * decay / (1 - decay);
        double allowed = missed * (rows + beyond);
        if (beyond <= allowed) {
            return lists;
        }
        double more = Math.log(allowed / beyond) / Math.log(decay);
        return (int) Math.ceil(lists * Math.min(WIDER_MAX, 1 + more / PARTS));
    }
}
