package io.omendb.index.shard;

import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.ProbeModel;
import io.omendb.index.ivf.ProbeModelBuilder;
import io.omendb.index.segment.Segment;
import io.omendb.schema.Metric;
import java.util.List;
import java.util.Random;

/**
 * Learns how many lists a recall takes from rows of the shard as queries. Their neighbours come
 * from a search so deep that it misses next to nothing, which costs a fraction of an exact one.
 */
final class ProbeMeasurement {
    private static final int QUERIES = 48;

    /** Share of the lists that the deep search probes. */
    private static final int DEEP_SHARE = 8;

    private static final int DEEP_MIN = 64;

    private ProbeMeasurement() {}

    static ProbeModel run(ShardSnapshot snapshot, Codebook codebook) {
        ProbeModelBuilder builder =
                new ProbeModelBuilder(codebook, snapshot.schema().metric() == Metric.DOT);
        Random random = new Random(snapshot.sequence());
        long stored = snapshot.rowsStored();
        int wanted =
                (int) Math.min(ProbeModelBuilder.neighboursWanted(), Math.max(10, stored / 500));
        int deep = Math.max(DEEP_MIN, codebook.lists() / DEEP_SHARE);
        float[] query = new float[snapshot.schema().dimension()];
        for (int i = 0; i < QUERIES; i++) {
            Segment segment = readRow(snapshot, (long) (random.nextDouble() * stored), query);
            if (segment == null) {
                continue;
            }
            List<Hit> hits =
                    snapshot.search(query, wanted + 1, null, SearchParams.ofProbes(deep)).hits();
            // The nearest is the row itself, which no query would be.
            float[][] nearest = new float[Math.max(0, hits.size() - 1)][];
            for (int n = 0; n < nearest.length; n++) {
                nearest[n] = hits.get(n + 1).vector();
            }
            builder.add(query, nearest);
        }
        return builder.build(stored);
    }

    private static @org.jspecify.annotations.Nullable Segment readRow(
            ShardSnapshot snapshot, long rowOfAll, float[] into) {
        long row = rowOfAll;
        for (int i = 0; i < snapshot.segments().size(); i++) {
            if (row < snapshot.rows(i)) {
                Segment segment = snapshot.segments().get(i);
                segment.vectors().read((int) row, 1, into, 0);
                return isZero(into) ? null : segment;
            }
            row -= snapshot.rows(i);
        }
        return null;
    }

    /** A zero vector has no direction to search in under cosine. */
    private static boolean isZero(float[] vector) {
        for (float component : vector) {
            if (component != 0) {
                return false;
            }
        }
        return true;
    }
}
