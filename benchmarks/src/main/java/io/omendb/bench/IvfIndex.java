package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.index.segment.Segment;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.SearchResult;
import io.omendb.index.shard.Shard;
import io.omendb.index.shard.ShardEnvironment;
import io.omendb.index.shard.ShardOptions;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The store's own shard as it runs in a Flink task: rows are upserted one by one, indexed as they
 * arrive, sealed to disk, retrained and merged. With one thread the writer does all of that itself;
 * with more, background work has a thread of its own.
 */
final class IvfIndex implements BenchIndex {
    private static final int[] PROBES = {8, 16, 24, 32, 48, 64, 96, 128, 192, 256};
    private static final double[] TARGETS = {0.9, 0.95, 0.99};
    private static final long BACKGROUND_MINUTES_MAX = 30;

    private final Shard shard;
    private final int dimension;
    private final Path directory;
    private final ExecutorService background;
    private final boolean inline;

    private IvfIndex(
            Shard shard,
            int dimension,
            Path directory,
            ExecutorService background,
            boolean inline) {
        this.shard = shard;
        this.dimension = dimension;
        this.directory = directory;
        this.background = background;
        this.inline = inline;
    }

    static IvfIndex create(int dimension, Metric metric, int threads) {
        Path directory;
        try {
            directory = Files.createTempDirectory("omen-bench-");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "no directory for segments: " + e, e);
        }
        ExecutorService background =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread thread = new Thread(task, "omen-bench-background");
                            thread.setDaemon(true);
                            return thread;
                        });
        boolean inline = threads == 1;
        Shard shard =
                new Shard(
                        CollectionSchema.of("bench", dimension, metric),
                        ShardOptions.DEFAULT,
                        new ShardEnvironment(directory, inline ? Runnable::run : background));
        return new IvfIndex(shard, dimension, directory, background, inline);
    }

    @Override
    public void add(int firstRow, int rows, float[] vectors) {
        float[] vector = new float[dimension];
        for (int i = 0; i < rows; i++) {
            System.arraycopy(vectors, i * dimension, vector, 0, dimension);
            int row = firstRow + i;
            byte[] id = Integer.toString(row).getBytes(StandardCharsets.ISO_8859_1);
            shard.upsert(IdHash.of(id), new RowImage(id, 0, "bench-0", row, 0, null, null), vector);
        }
    }

    /** Every row can be searched before this; it waits for what makes searches faster. */
    @Override
    public void finish() {
        shard.seal();
        shard.maintain();
        if (inline) {
            return;
        }
        try {
            // One task at a time: this one comes after the shard's.
            background.submit(() -> {}).get(BACKGROUND_MINUTES_MAX, TimeUnit.MINUTES);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted", e);
        } catch (java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            throw new OmenException(ErrorCode.INTERNAL, "background work did not end: " + e, e);
        }
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
        shard.close();
        background.shutdownNow();
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot delete " + directory, e);
        }
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
