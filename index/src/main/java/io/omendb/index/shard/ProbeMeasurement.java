package io.omendb.index.shard;

import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.ProbeModel;
import io.omendb.index.ivf.ProbeModelBuilder;
import io.omendb.schema.Metric;
import java.util.List;
import java.util.Random;

/**
 * Learns how many lists a recall takes, from the latest queries where there were enough, else from
 * rows of the shard. Their neighbours come from a search so deep that it misses next to nothing,
 * which costs a fraction of an exact one.
 */
final class ProbeMeasurement {
    private static final int ROW_QUERIES = 48;

    /** Share of the lists that the deep search probes. */
    private static final int DEEP_SHARE = 8;

    private static final int DEEP_MIN = 64;
    private static final int MANY_NEIGHBOURS_EVERY = 4;
    private static final int FEW_NEIGHBOURS = 100;

    private final ShardSnapshot snapshot;
    private final ProbeModelBuilder builder;
    private final int deep;
    private final int wanted;
    private int added;

    private ProbeMeasurement(ShardSnapshot snapshot, Codebook codebook) {
        this.snapshot = snapshot;
        this.builder = new ProbeModelBuilder(codebook, snapshot.schema().metric() == Metric.DOT);
        this.deep = Math.max(DEEP_MIN, codebook.lists() / DEEP_SHARE);
        this.wanted =
                (int)
                        Math.min(
                                ProbeModelBuilder.neighboursWanted(),
                                Math.max(10, snapshot.rowsStored() / 500));
    }

    static ProbeModel run(ShardSnapshot snapshot, Codebook codebook) {
        ProbeMeasurement measurement = new ProbeMeasurement(snapshot, codebook);
        boolean fromQueries = snapshot.queries().isFull();
        if (fromQueries) {
            for (float[] query : snapshot.queries().queries()) {
                measurement.add(query, 0);
            }
        } else {
            measurement.addRows();
        }
        return measurement.builder.build(snapshot.rowsLiveNow(), fromQueries);
    }

    private void addRows() {
        Random random = new Random(snapshot.sequence());
        float[] query = new float[snapshot.schema().dimension()];
        for (int i = 0; i < ROW_QUERIES; i++) {
            if (readRow((long) (random.nextDouble() * snapshot.rowsStored()), query)) {
                // The nearest is the row itself, which no query would be.
                add(query, 1);
            }
        }
    }

    private void add(float[] query, int skip) {
        List<Hit> hits =
                snapshot.searchUnseen(query, wanted + skip, null, SearchParams.ofProbes(deep))
                        .hits();
        float[][] nearest = new float[Math.max(0, hits.size() - skip)][];
        for (int n = 0; n < nearest.length; n++) {
            nearest[n] = hits.get(n + skip).vector();
        }
        builder.add(query, nearest);
    }

    /** False for a zero vector, which has no direction to search in under cosine. */
    private boolean readRow(long rowOfAll, float[] into) {
        long row = rowOfAll;
        for (int i = 0; i < snapshot.segments().size(); i++) {
            if (row < snapshot.rows(i)) {
                snapshot.segments().get(i).vectors().read((int) row, 1, into, 0);
                break;
            }
            row -= snapshot.rows(i);
        }
        for (float component : into) {
            if (component != 0) {
                return true;
            }
        }
        return false;
    }
}
