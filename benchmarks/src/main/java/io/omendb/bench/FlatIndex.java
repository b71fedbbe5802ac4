package io.omendb.bench;

import io.omendb.index.file.RowImage;
import io.omendb.index.segment.Segment;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchResult;
import io.omendb.index.shard.Shard;
import io.omendb.index.shard.ShardOptions;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** The store's own shard, searched exactly. */
final class FlatIndex implements BenchIndex {
    private final Shard shard;
    private final int dimension;

    FlatIndex(int dimension, Metric metric) {
        this.dimension = dimension;
        this.shard =
                new Shard(
                        CollectionSchema.of("bench", dimension, metric).withIndex("flat"),
                        ShardOptions.DEFAULT);
    }

    @Override
    public void add(int firstRow, int rows, float[] vectors) {
        float[] vector = new float[dimension];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(vectors, i * dimension, vector, 0, dimension);
            int row = firstRow + i;
            byte[] id = Integer.toString(row).getBytes(StandardCharsets.ISO_8859_1);
            shard.upsert(new RowImage(id, 0, "bench-0", row, 0, null, null), vector);
        }
    }

    @Override
    public void finish() {
        shard.seal();
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
        return List.of(new Exact());
    }

    @Override
    public void close() {}

    private final class Exact implements OperatingPoint {

        @Override
        public String params() {
            return "exact";
        }

        @Override
        public Answer search(float[] query, int k) {
            SearchResult result = shard.snapshot().searchExact(query, k, null);
            int[] rows = new int[result.hits().size()];
            Arrays.setAll(rows, i -> row(result.hits().get(i)));
            return new Answer(rows, result.rowsScanned());
        }

        private static int row(Hit hit) {
            return Integer.parseInt(hit.id());
        }
    }
}
