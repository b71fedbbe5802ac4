package io.omendb.bench;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a search costs at a recall that was asked for and not measured.
 *
 * @param recallAt10 the recall
 * @param meanUs mean latency there, microseconds
 * @param p99Us 99th percentile there
 */
record RecallTarget(double recallAt10, double meanUs, double p99Us) {

    /**
     * Interpolates between the two operating points around the recall. Points that others beat in
     * both recall and mean latency do not count. Where even the fastest point finds more, it is
     * taken as it is, without guessing what less would cost.
     *
     * @return null where no point reaches the recall
     */
    static @Nullable RecallTarget of(double recall, List<PointResult> points) {
        List<PointResult> fastestFirst =
                points.stream().sorted(Comparator.comparingDouble(PointResult::meanUs)).toList();
        PointResult below = null;
        for (PointResult point : fastestFirst) {
            if (point.recallAt10() >= recall) {
                return below == null
                        ? new RecallTarget(recall, point.meanUs(), point.p99Us())
                        : between(recall, below, point);
            }
            if (below == null || point.recallAt10() > below.recallAt10()) {
                below = point;
            }
        }
        return null;
    }

    private static RecallTarget between(double recall, PointResult below, PointResult above) {
        double share = (recall - below.recallAt10()) / (above.recallAt10() - below.recallAt10());
        return new RecallTarget(
                recall,
                below.meanUs() + share * (above.meanUs() - below.meanUs()),
                below.p99Us() + share * (above.p99Us() - below.p99Us()));
    }
}
