package io.omendb.bench;

import io.omendb.index.segment.Segment;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.SearchResult;
import io.omendb.index.shard.Shard;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The store's own shard, searched approximately. With one thread the writer does all background
 * work itself; with more, it has a thread of its own.
 */
final class IvfIndex implements BenchIndex {
    private static final int[] PROBES = {8, 16, 24, 32, 48, 64, 96, 128, 192, 256};
    private static final double[] TARGETS = {0.9, 0.95, 0.99};

    private final BenchShard bench;
    private final Shard shard;
    private final int dimension;

    IvfIndex(int dimension, Metric metric, int threads) {
        this.dimension = dimension;
        this.bench = BenchShard.open(CollectionSchema.of("bench", dimension, metric), threads > 1);
        this.shard = bench.shard();
    }

    @Override
    public void add(int firstRow, int rows, float[] vectors) {
        float[] vector = new float[dimension];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(vectors, i * dimension, vector, 0, dimension);
            bench.upsert(firstRow + i, vector);
        }
    }

    /** Every row can be searched before this; it waits for what makes searches faster. */
    @Override
    public void finish() {
        bench.settle();
    }

    @Override
    public long vectorBytes() {
        return shard.snapshot().segments().stream()
                .map(Segment::vectors)
                .mapToLong(vectors -> vectors.heapBytes())
                .sum();
    }

    @Override
    public List<OperatingPoint> points() {
        List<OperatingPoint> points = new ArrayList<>();
        for (int nprobe : PROBES) {
            points.add(new Probing("nprobe=" + nprobe, SearchParams.ofProbes(nprobe)));
        }
        for (double target : TARGETS) {
            points.add(new Probing("recall_target=" + target, SearchParams.ofRecall(target)));
        }
        points.add(new Probing("exact", SearchParams.EXACT));
        return points;
    }

    @Override
    public void close() {
        bench.close();
    }

    private final class Probing implements OperatingPoint {
        private final String name;
        private final SearchParams params;

        Probing(String name, SearchParams params) {
            this.name = name;
            this.params = params;
        }

        @Override
        public String params() {
            return name;
        }

        @Override
        public Answer search(float[] query, int k) {
            SearchResult result = shard.snapshot().search(query, k, null, params);
            int[] rows = new int[result.hits().size()];
            Arrays.setAll(rows, i -> row(result.hits().get(i)));
            return new Answer(rows, result.rowsScanned());
        }

        private static int row(Hit hit) {
            return Integer.parseInt(hit.id());
        }
    }
}
