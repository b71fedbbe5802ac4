package io.omendb.index.shard;

import io.omendb.index.background.Pace;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.ProbeModel;
import io.omendb.index.ivf.ProbeModelBuilder;
import io.omendb.index.kernel.DistanceKernel;
import io.omendb.index.kernel.Kernels;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Learns how many lists of a codebook, the one in use or the next, a recall takes, from the latest
 * queries where there were enough, else from rows of the shard. Their neighbours come from a search
 * so deep that it misses next to nothing, which costs a fraction of an exact one: where neighbours
 * turn up in the last lists probed, there may be more behind, and the search is made again with
 * four times the lists.
 */
final class ProbeMeasurement {
    private static final int ROW_QUERIES = 48;
    private static final int QUERIES_MIN = 16;

    /** Squared distance, in squares of the query's length, up to which two vectors are one. */
    private static final float SAME = 1e-6f;

    /** Share of the lists that the deep search probes. */
    private static final int DEEP_SHARE = 8;

    private static final int DEEP_MIN = 64;

    /** The nearest neighbours, none of which may lie far out in a search that is deep enough. */
    private static final int NEAREST = 10;

    /** One in so many of the others may. */
    private static final int OUTLYING = 20;

    private static final int DEEPER = 4;

    /** Neighbours looked for by one query in so many, and by the others: the more, the dearer. */
    private static final int MANY_EVERY = 8;

    private static final int FEW = 100;

    private final ShardSnapshot snapshot;
    private final ProbeModelBuilder builder;
    private final int deep;
    private final int lists;

    /** Lists of the codebook measured for each of the one that is searched with. */
    private final double listsForEach;

    private final int many;
    private int added;
    private final DistanceKernel kernel = Kernels.active();

    private ProbeMeasurement(ShardSnapshot snapshot, Codebook codebook) {
        this.snapshot = snapshot;
        this.builder = new ProbeModelBuilder(codebook, snapshot.schema().metric() == Metric.DOT);
        IndexState used = snapshot.index();
        this.lists = used == null ? codebook.lists() : used.codebook().lists();
        this.listsForEach = (double) codebook.lists() / lists;
        this.deep = Math.max(DEEP_MIN, lists / DEEP_SHARE);
        this.many =
                (int)
                        Math.min(
                                ProbeModelBuilder.neighboursWanted(),
                                Math.max(10, snapshot.rowsStored() / 500));
    }

    static ProbeModel run(ShardSnapshot snapshot, Codebook codebook) {
        ProbeMeasurement measurement = new ProbeMeasurement(snapshot, codebook);
        int queries = snapshot.queries().taken();
        if (queries > 0) {
            measurement.addQueries();
        } else {
            measurement.addRows();
        }
        return measurement.builder.build(snapshot.rowsLiveNow(), queries);
    }

    /**
     * Adds the latest queries but for those that ask for a row by its own vector: they find their
     * row in the first list and would hide how much the others miss. All, if few others are left.
     */
    private void addQueries() {
        List<float[]> all = snapshot.queries().queries();
        List<float[]> others = new ArrayList<>();
        for (float[] query : all) {
            List<Hit> nearest =
                    snapshot.searchUnseen(query, 1, null, SearchParams.ofProbes(1)).hits();
            if (nearest.isEmpty() || !isSame(query, nearest.get(0).vector())) {
                others.add(query);
            }
        }
        List<float[]> sample = others.size() < QUERIES_MIN ? all : others;
        sample.forEach(query -> add(query, 0));
    }

    private boolean isSame(float[] query, float[] row) {
        float[] prepared = VectorRules.prepare(snapshot.schema(), query, "vector");
        float squares = kernel.dot(prepared, 0, prepared, 0, prepared.length);
        return kernel.squaredL2(prepared, 0, row, 0, row.length) <= SAME * squares;
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
        Pace.step();
        int wanted = added++ % MANY_EVERY == 0 ? many : Math.min(many, FEW);
        for (int probes = deep; ; probes *= DEEPER) {
            List<Hit> hits =
                    snapshot.searchUnseen(query, wanted + skip, null, SearchParams.ofProbes(probes))
                            .hits();
            float[][] nearest = new float[Math.max(0, hits.size() - skip)][];
            for (int n = 0; n < nearest.length; n++) {
                nearest[n] = hits.get(n + skip).vector();
            }
            int[] places = builder.places(query, nearest);
            if (probes >= lists || isDeepEnough(places, probes * listsForEach)) {
                builder.add(places);
                return;
            }
        }
    }

    private static boolean isDeepEnough(int[] places, double probes) {
        int outlying = 0;
        for (int n = 0; n < places.length; n++) {
            if (places[n] >= probes / 2) {
                outlying += n < NEAREST ? places.length : 1;
            }
        }
        return outlying * OUTLYING <= places.length;
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
