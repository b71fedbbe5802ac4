package io.omendb.index.shard;

import io.omendb.index.device.Candidates;
import io.omendb.index.device.CostModel;
import io.omendb.index.device.DeviceException;
import io.omendb.index.device.DeviceFigures;
import io.omendb.index.device.DevicePlanner;
import io.omendb.index.device.DeviceQuery;
import io.omendb.index.device.DeviceSearch;
import io.omendb.index.device.Ranking;
import io.omendb.index.device.Reranker;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.device.SimdReranker;
import io.omendb.index.ivf.Clustering;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.GrowingLists;
import io.omendb.index.ivf.IndexBuilder;
import io.omendb.index.ivf.IndexBuilderException;
import io.omendb.index.ivf.ListsBuilder;
import io.omendb.index.ivf.ProcessorIndexBuilder;
import io.omendb.index.segment.Segment;
import io.omendb.schema.Metric;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A device that is a plain loop over copies it pretends to have: brings segments in late, loses
 * some and fails as often as it is told to.
 */
final class LoopDevice implements SearchDevice {
    private final DevicePlanner planner =
            new DevicePlanner(new CostModel(1, 1e6, 1, 1e6, 1000, 1000));
    private final SimdReranker reranker = new SimdReranker();
    private final Random random;
    private final double failures;
    private final Set<Segment> admitted = new HashSet<>();
    private final Set<Segment> resident = new HashSet<>();
    private final Map<Segment, Integer> followed = new HashMap<>();
    private int searches;
    private int failed;
    private int builds;

    LoopDevice(Random random, double failures) {
        this.random = random;
        this.failures = failures;
    }

    /** Brings in what waits. */
    void upload() {
        resident.addAll(admitted);
        admitted.clear();
        // Some of the rows that are there, as a copy that comes after them has.
        followed.replaceAll(
                (segment, rows) ->
                        segment.isFrozen()
                                ? segment.rowCount()
                                : rows + random.nextInt(segment.rowCount() - rows + 1));
    }

    int residents() {
        return resident.size() + followed.size();
    }

    @Override
    public String name() {
        return "loop";
    }

    @Override
    public DevicePlanner planner() {
        return planner;
    }

    @Override
    public boolean supports(int dimension, int k) {
        return k <= 1024;
    }

    @Override
    public void admit(Segment segment) {
        if (!segment.isFrozen()) {
            throw new IllegalStateException("a segment that may still grow");
        }
        if (!resident.contains(segment) && !followed.containsKey(segment)) {
            admitted.add(segment);
        }
    }

    @Override
    public void release(Segment segment) {
        admitted.remove(segment);
        resident.remove(segment);
        followed.remove(segment);
    }

    @Override
    public void follow(Segment segment, int rowsMax) {
        followed.put(segment, 0);
    }

    @Override
    public int residentRows(Segment segment) {
        if (resident.contains(segment)) {
            return segment.rowCount();
        }
        return followed.getOrDefault(segment, 0);
    }

    private void failSometimes() throws DeviceException {
        if (random.nextDouble() < failures) {
            failed++;
            throw new DeviceException("lost");
        }
        searches++;
    }

    @Override
    public DeviceSearch search(DeviceQuery query) {
        return () -> {
            failSometimes();
            int[][] rows = new int[query.segments().size()][];
            for (int s = 0; s < rows.length; s++) {
                Segment segment = query.segments().get(s);
                int last = s == rows.length - 1 ? query.lastRows() : segment.rowCount();
                if (residentRows(segment) < last) {
                    throw new IllegalStateException("rows that are not there");
                }
                int own = s;
                rows[s] =
                        IntStream.range(0, last)
                                .filter(
                                        row ->
                                                !segment.tombstones().isDead(row, query.sequence())
                                                        && (query.matches() == null
                                                                || query.matches()
                                                                        .get(own)
                                                                        .get(row)))
                                .toArray();
            }
            return reranker.rerank(
                    query.query(),
                    query.metric(),
                    query.k(),
                    new Candidates(query.segments(), rows));
        };
    }

    @Override
    public Reranker reranker() {
        return new Reranker() {
            @Override
            public Ranking rerank(float[] query, Metric metric, int k, Candidates candidates)
                    throws DeviceException {
                failSometimes();
                return reranker.rerank(query, metric, k, candidates);
            }

            @Override
            public String name() {
                return "loop";
            }
        };
    }

    @Override
    public @Nullable IndexBuilder indexBuilder(int dimension, int rows) {
        return new IndexBuilder() {
            @Override
            public Clustering cluster(float[] vectors, int padded, int count) {
                failBuildSometimes();
                return ProcessorIndexBuilder.INSTANCE.cluster(vectors, padded, count);
            }

            @Override
            public void encode(
                    Codebook codebook,
                    int count,
                    ListsBuilder.VectorSource vectors,
                    GrowingLists into) {
                // Half of the rows may be there already.
                ListsBuilder.VectorSource failing =
                        (row, vector) -> {
                            if (row == count / 2) {
                                failBuildSometimes();
                            }
                            vectors.read(row, vector);
                        };
                ProcessorIndexBuilder.INSTANCE.encode(codebook, count, failing, into);
            }
        };
    }

    private void failBuildSometimes() {
        if (random.nextDouble() < failures) {
            failed++;
            throw new IndexBuilderException("told to fail");
        }
        builds++;
    }

    @Override
    public DeviceFigures figures() {
        return new DeviceFigures(searches, searches, failed, builds, 0, 0, 0);
    }

    @Override
    public void close() {
        resident.clear();
        followed.clear();
        admitted.clear();
    }
}
