package io.omendb.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.omendb.index.device.DeviceChoice;
import io.omendb.index.file.RowImage;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.index.segment.IdHash;
import io.omendb.index.segment.Segment;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.SearchResult;
import io.omendb.index.shard.Shard;
import io.omendb.index.shard.ShardEnvironment;
import io.omendb.index.shard.ShardOptions;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shards that search on the GPU, against the same shards on the processor. */
class CudaSearchDeviceTest {
    private static final SearchParams ON_GPU = SearchParams.EXACT.on(DeviceChoice.GPU);
    private static final long BUDGET = 2L << 30;
    private static final int DIMENSION = 24;

    @ParameterizedTest
    @EnumSource(Metric.class)
    void search_ofAShardInMotion_isTheProcessors(Metric metric) throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        try (CudaSearchDevice device = Gpu.device(BUDGET);
                Shard shard = shard(metric, device, 3000)) {
            List<ShardSnapshot> kept = new ArrayList<>();
            int onDevice = 0;
            for (int step = 0; step < 60_000; step++) {
                byte[] id = ("id-" + random.nextInt(12_000)).getBytes(StandardCharsets.UTF_8);
                if (random.nextInt(10) < 8) {
                    byte[] metadata =
                            ("{\"g\":" + random.nextInt(50) + "}").getBytes(StandardCharsets.UTF_8);
                    shard.upsert(
                            new RowImage(id, 1, "t-0", step, step, metadata, null), vector(random));
                } else {
                    shard.delete(IdHash.of(id), id, "t-0", step);
                }
                if (step % 5000 == 0) {
                    kept.add(shard.snapshot());
                    // A slow device must not miss all of it.
                    await(() -> resident(device, shard));
                }
                if (step % 500 == 0) {
                    onDevice += check(shard.snapshot(), random, seed, null) ? 1 : 0;
                    ShardSnapshot old = kept.get(random.nextInt(kept.size()));
                    onDevice += check(old, random, seed, null) ? 1 : 0;
                    onDevice +=
                            check(shard.snapshot(), random, seed, filter(shard, random)) ? 1 : 0;
                }
            }
            shard.seal();
            await(() -> resident(device, shard));
            for (int i = 0; i < 200; i++) {
                assertThat(check(shard.snapshot(), random, seed, null)).isTrue();
                // No row may match: then nobody searches.
                check(shard.snapshot(), random, seed, filter(shard, random));
            }
            assertThat(onDevice).as("seed %d: searches on the GPU", seed).isPositive();
            assertThat(device.figures().failures()).isLessThan(60);
        }
    }

    @Test
    void search_fromManyThreadsWhileSegmentsSeal_staysExact() throws Exception {
        long seed = System.nanoTime();
        try (CudaSearchDevice device = Gpu.device(BUDGET);
                Shard shard = shard(Metric.L2, device, 2000)) {
            ExecutorService threads = Executors.newFixedThreadPool(8);
            AtomicBoolean writing = new AtomicBoolean(true);
            try {
                List<Future<Integer>> searching = new ArrayList<>();
                for (int t = 0; t < 8; t++) {
                    Random random = new Random(seed + t);
                    searching.add(
                            threads.submit(
                                    () -> {
                                        int onDevice = 0;
                                        while (writing.get()) {
                                            boolean there =
                                                    check(shard.snapshot(), random, seed, null);
                                            onDevice += there ? 1 : 0;
                                        }
                                        return onDevice;
                                    }));
                }
                Random random = new Random(seed - 1);
                for (int i = 0; i < 100_000; i++) {
                    byte[] id = ("id-" + random.nextInt(60_000)).getBytes(StandardCharsets.UTF_8);
                    shard.upsert(new RowImage(id, 1, "t-0", i, i, null, null), vector(random));
                }
                writing.set(false);
                int onDevice = 0;
                for (Future<Integer> one : searching) {
                    onDevice += one.get(1, TimeUnit.MINUTES);
                }
                assertThat(onDevice).isPositive();
                assertThat(device.figures().batches()).isLessThan(device.figures().searches());
            } finally {
                writing.set(false);
                threads.shutdownNow();
            }
        }
    }

    @Test
    void search_beyondTheBudget_usesTheProcessorForTheRest() {
        Random random = new Random(7);
        long perSegment = 4000 * 300L;
        try (CudaSearchDevice device = Gpu.device(3 * perSegment);
                Shard shard = shard(Metric.L2, device, 4000)) {
            for (int i = 0; i < 40_000; i++) {
                byte[] id = ("id-" + i).getBytes(StandardCharsets.UTF_8);
                shard.upsert(new RowImage(id, 1, "t-0", i, i, null, null), vector(random));
            }
            shard.seal();
            await(() -> device.figures().residentBytes() > 0);
            for (int i = 0; i < 50; i++) {
                check(shard.snapshot(), random, 7, null);
            }
            assertThat(device.figures().residentBytes())
                    .isPositive()
                    .isLessThanOrEqualTo(3 * perSegment);
        }
    }

    @Test
    void close_underSearches_leavesThemToTheProcessor() throws Exception {
        Random random = new Random(8);
        CudaSearchDevice device = Gpu.device(BUDGET);
        try (Shard shard = shard(Metric.DOT, device, 4000)) {
            for (int i = 0; i < 20_000; i++) {
                byte[] id = ("id-" + i).getBytes(StandardCharsets.UTF_8);
                shard.upsert(new RowImage(id, 1, "t-0", i, i, null, null), vector(random));
            }
            shard.seal();
            await(() -> resident(device, shard));
            ExecutorService threads = Executors.newFixedThreadPool(4);
            List<Future<?>> searching = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Random own = new Random(t);
                searching.add(
                        threads.submit(
                                () -> {
                                    for (int i = 0; i < 300; i++) {
                                        check(shard.snapshot(), own, t(own), null);
                                    }
                                }));
            }
            check(shard.snapshot(), random, 8, null);
            device.close();
            for (Future<?> one : searching) {
                one.get(1, TimeUnit.MINUTES);
            }
            threads.shutdown();
            assertThat(check(shard.snapshot(), random, 8, null)).isFalse();
        } finally {
            device.close();
        }
    }

    private static long t(Random random) {
        return random.nextLong();
    }

    @Test
    void search_ofPhotoDescriptors_isTheProcessors() throws IOException {
        Path file = data("sift/base.bvecs.gz");
        int rows = 100_000;
        float[][] vectors = new float[rows][128];
        byte[] row = new byte[132];
        try (DataInputStream in =
                new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16))) {
            for (int i = 0; i < rows; i++) {
                in.readFully(row);
                for (int d = 0; d < 128; d++) {
                    vectors[i][d] = row[4 + d] & 0xff;
                }
            }
        }
        checkReal(vectors, Metric.L2);
    }

    @Test
    void search_ofPackages_isTheProcessors() throws IOException {
        Path file = data("debian/vectors.i8.gz");
        float[][] vectors = new float[25_000][256];
        byte[] row = new byte[256];
        try (DataInputStream in =
                new DataInputStream(new GZIPInputStream(Files.newInputStream(file), 1 << 16))) {
            for (float[] vector : vectors) {
                in.readFully(row);
                for (int d = 0; d < 256; d++) {
                    vector[d] = row[d];
                }
            }
        }
        checkReal(vectors, Metric.COSINE);
        checkReal(vectors, Metric.DOT);
    }

    private static void checkReal(float[][] vectors, Metric metric) {
        Random random = new Random(3);
        try (CudaSearchDevice device = Gpu.device(BUDGET);
                Shard shard =
                        new Shard(
                                CollectionSchema.of("c", vectors[0].length, metric),
                                new ShardOptions(20_000, 1L << 30, Integer.MAX_VALUE, 8),
                                new ShardEnvironment(null, Runnable::run, null, device))) {
            for (int i = 0; i < vectors.length; i++) {
                byte[] id = ("id-" + i).getBytes(StandardCharsets.UTF_8);
                shard.upsert(new RowImage(id, 1, "t-0", i, i, null, null), vectors[i]);
            }
            shard.seal();
            await(() -> resident(device, shard));
            for (int i = 0; i < 100; i++) {
                float[] query = vectors[random.nextInt(vectors.length)].clone();
                query[i % query.length] += 1;
                assertThat(check(shard.snapshot(), query, 3, null)).isTrue();
            }
        }
    }

    private static Path data(String file) {
        String dir = System.getenv().getOrDefault("OMEN_DATA", "../../shared/data");
        Path path = Path.of(dir).resolve(file);
        assumeTrue(Files.exists(path), "needs " + path);
        return path;
    }

    private static Shard shard(Metric metric, CudaSearchDevice device, int sealRows) {
        CollectionSchema schema =
                CollectionSchema.of("c", DIMENSION, metric).withFields(Map.of("g", FieldType.LONG));
        return new Shard(
                schema,
                new ShardOptions(sealRows, 1L << 30, 10_000, 8),
                new ShardEnvironment(null, Runnable::run, null, device));
    }

    private static boolean check(ShardSnapshot snapshot, Random random, long seed, Filter filter) {
        return check(snapshot, vector(random), seed, filter);
    }

    /** Compares; tells whether the GPU took part. */
    private static boolean check(ShardSnapshot snapshot, float[] query, long seed, Filter filter) {
        SearchResult found = snapshot.search(query, 10, filter, ON_GPU);
        List<Hit> expected = snapshot.searchExact(query, 10, filter).hits();
        assertThat(found.hits()).as("seed %d", seed).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            float distance = expected.get(i).distance();
            assertThat(found.hits().get(i).distance())
                    .as("seed %d, place %d", seed, i)
                    .isCloseTo(
                            distance,
                            org.assertj.core.data.Offset.offset(
                                    1e-3f * Math.max(0.01f, Math.abs(distance))));
        }
        return found.onDevice();
    }

    private static Filter filter(Shard shard, Random random) {
        try {
            int from = random.nextInt(50);
            return FilterParser.parse(
                    new com.fasterxml.jackson.databind.ObjectMapper()
                            .readTree(
                                    "{\"g\":{\"$gte\":"
                                            + from
                                            + ",\"$lt\":"
                                            + (from + random.nextInt(40))
                                            + "}}"),
                    shard.schema());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static boolean resident(CudaSearchDevice device, Shard shard) {
        for (Segment segment : shard.frozenSegments()) {
            if (device.residentRows(segment) < segment.rowCount()) {
                return false;
            }
        }
        return true;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited 30 s").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static float[] vector(Random random) {
        float[] vector = new float[DIMENSION];
        for (int d = 0; d < DIMENSION; d++) {
            vector[d] = (float) random.nextGaussian();
        }
        return vector;
    }
}
