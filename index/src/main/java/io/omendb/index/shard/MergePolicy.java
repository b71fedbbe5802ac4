package io.omendb.index.shard;

import io.omendb.index.segment.Segment;
import java.util.List;

/**
 * Which neighbouring segments to merge: tiers of sizes a factor apart, so that a row is merged once
 * a tier. Smaller ones in between go along, but never in the place of those of the tier: the result
 * always is of a higher one. A segment with many dead rows is rewritten by itself.
 *
 * @param fanOut neighbours that make a merge at least, and the factor between tiers
 * @param tierRows rows up to which a segment belongs to the lowest tier
 * @param rowsMax rows that a merged segment may have
 * @param deadShare share of dead rows from which a segment is rewritten
 */
record MergePolicy(int fanOut, int tierRows, int rowsMax, double deadShare) {
    private static final int DEAD_MIN = 64;

    /** The segments to merge now, neighbours in order; empty if none. */
    List<Segment> pick(List<Segment> frozen) {
        for (int i = 0; i < frozen.size(); i++) {
            int dead = frozen.get(i).tombstones().dead();
            if (dead >= DEAD_MIN && dead >= deadShare * frozen.get(i).rowCount()) {
                return frozen.subList(i, i + 1);
            }
        }
        int tiers = 1 + frozen.stream().mapToInt(this::tier).max().orElse(-1);
        for (int tier = 0; tier < tiers; tier++) {
            int first = 0;
            long rows = 0;
            for (int i = 0; i < frozen.size(); i++) {
                int more = live(frozen.get(i));
                if (tier(frozen.get(i)) > tier || rows + more > rowsMax) {
                    boolean fits = tier(frozen.get(i)) <= tier;
                    first = fits ? i : i + 1;
                    rows = fits ? more : 0;
                    continue;
                }
                rows += more;
                if (i - first + 1 >= fanOut && (tier == 0 || rows > rowsOf(tier))) {
                    return frozen.subList(first, i + 1);
                }
            }
        }
        return List.of();
    }

    /** Rows that a segment of a tier has at most. */
    private long rowsOf(int tier) {
        long rows = tierRows;
        for (int i = 0; i < tier; i++) {
            rows *= fanOut;
        }
        return rows;
    }

    private int tier(Segment segment) {
        int tier = 0;
        while (live(segment) > rowsOf(tier)) {
            tier++;
        }
        return tier;
    }

    private static int live(Segment segment) {
        return segment.rowCount() - segment.tombstones().dead();
    }
}
