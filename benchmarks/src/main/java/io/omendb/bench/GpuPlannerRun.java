package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.omendb.index.device.DeviceChoice;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.index.segment.Segment;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.SearchResult;
import io.omendb.index.shard.Shard;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.FieldType;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the planner chooses beside what either choice takes: searches of a shard, of all rows and of
 * those that a filter leaves, from one thread and from many. What either takes is measured first,
 * which teaches the planner nothing; then what it makes of them, with more and more threads and
 * with fewer and fewer, since it has to forget a load that is over. It is right where it answers as
 * many searches a second as the better of the two, or nearly.
 */
final class GpuPlannerRun {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int[] MATCHES = {100, 400, 1000, 4000};
    private static final int[] THREADS = {1, 16, 64, 256};
    private static final long WARMUP_NS = 300_000_000L;
    private static final long MEASURED_NS = 500_000_000L;

    /** Choices that take about the same time are both right. */
    private static final double CLOSE = 1.25;

    private static final int K = 10;
    private static final int CHUNK = 1 << 14;
    private static final int WARMUP_ROUNDS = 3;
    private static final int WARMUP_THREADS = 16;
    private static final Path THROTTLING = Path.of("/sys/fs/cgroup/cpu.stat");
    private static final long RESIDENT_WAIT_NS = 60_000_000_000L;
    private static final long SEED = 3;

    private final SearchDevice device;
    private final int rows;
    private final int dimension;

    GpuPlannerRun(SearchDevice device, int rows, int dimension) {
        this.device = device;
        this.rows = rows;
        this.dimension = dimension;
    }

    void run(PrintWriter out, ArrayNode points) throws IOException {
        CollectionSchema schema =
                CollectionSchema.of("planner", dimension, Metric.L2)
                        .withFields(Map.of("g", FieldType.LONG));
        try (BenchShard bench = BenchShard.open(schema, true, device)) {
            fill(bench);
            bench.settle();
            Shard shard = bench.shard();
            awaitResident(shard);
            out.printf("estimates at the start: %s%n", device.planner().costs());
            List<Case> cases = new ArrayList<>();
            for (int matches : MATCHES) {
                cases.add(new Case(matches, filter(schema, matches)));
            }
            // In no doubt, so the last to be measured.
            cases.add(new Case(0, null));
            for (int round = 0; round < WARMUP_ROUNDS; round++) {
                Filter filter = cases.get(round).filter();
                Load unusedHost = load(shard, filter, DeviceChoice.CPU, WARMUP_THREADS);
                Load unusedDevice = load(shard, filter, DeviceChoice.GPU, WARMUP_THREADS);
            }
            out.printf(
                    "%10s %8s %18s %18s %18s %8s %18s %8s%n",
                    "matches",
                    "threads",
                    "CPU: p50 µs, 1/s",
                    "GPU: p50 µs, 1/s",
                    "auto, more: 1/s",
                    "on GPU",
                    "auto, fewer: 1/s",
                    "on GPU");
            int right = 0;
            for (Case some : cases) {
                right += compare(shard, some, out, points);
            }
            out.printf(
                    "%d of %d within %.0f %% of the better one%n",
                    right, 2 * cases.size() * THREADS.length, 100 * (CLOSE - 1));
            throttling().forEach(out::println);
        }
    }

    /** Rows that a filter leaves; 0 for all, without one. */
    private record Case(int matches, @Nullable Filter filter) {}

    /** What the system says of processor time that was not given, where it says so. */
    private static List<String> throttling() throws IOException {
        return Files.isReadable(THROTTLING)
                ? Files.readAllLines(THROTTLING).stream()
                        .filter(line -> line.contains("throttled"))
                        .toList()
                : List.of();
    }

    private void fill(BenchShard shard) {
        int[] matchesOf = new int[rows];
        Random random = new Random(SEED);
        for (int matches : MATCHES) {
            for (int i = 0; i < matches; ) {
                int row = random.nextInt(rows);
                if (matchesOf[row] == 0) {
                    matchesOf[row] = matches;
                    i++;
                }
            }
        }
        float[] vectors = new float[CHUNK * dimension];
        for (int first = 0; first < rows; first += CHUNK) {
            int count = Math.min(CHUNK, rows - first);
            GpuRows.fill(first, count, dimension, vectors);
            for (int i = 0; i < count; i++) {
                int row = first + i;
                byte[] metadata =
                        ("{\"g\":" + matchesOf[row] + "}").getBytes(StandardCharsets.UTF_8);
                shard.upsert(
                        row,
                        row,
                        Arrays.copyOfRange(vectors, i * dimension, (i + 1) * dimension),
                        metadata);
            }
        }
    }

    private void awaitResident(Shard shard) {
        try {
            long end = System.nanoTime() + RESIDENT_WAIT_NS;
            while (!isResident(shard)) {
                if (System.nanoTime() > end) {
                    throw new IllegalStateException("not all segments came to the device");
                }
                Object unused =
                        shard.snapshot()
                                .search(
                                        new float[dimension],
                                        1,
                                        null,
                                        SearchParams.EXACT.on(DeviceChoice.AUTO));
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private boolean isResident(Shard shard) {
        for (Segment segment : shard.frozenSegments()) {
            if (device.residentRows(segment) < segment.rowCount()) {
                return false;
            }
        }
        return true;
    }

    private static Filter filter(CollectionSchema schema, int matches) throws IOException {
        return FilterParser.parse(JSON.readTree("{\"g\":" + matches + "}"), schema);
    }

    private static SearchParams on(DeviceChoice choice, @Nullable Filter filter) {
        return (filter == null ? SearchParams.DEFAULT : SearchParams.EXACT).on(choice);
    }

    /** How often the planner was right, of twice the numbers of threads. */
    private int compare(Shard shard, Case some, PrintWriter out, ArrayNode points) {
        List<Load> cpu = new ArrayList<>();
        List<Load> gpu = new ArrayList<>();
        for (int threads : THREADS) {
            cpu.add(load(shard, some.filter(), DeviceChoice.CPU, threads));
            gpu.add(load(shard, some.filter(), DeviceChoice.GPU, threads));
        }
        Load[] more = new Load[THREADS.length];
        Load[] fewer = new Load[THREADS.length];
        for (int i = 0; i < THREADS.length; i++) {
            more[i] = load(shard, some.filter(), DeviceChoice.AUTO, THREADS[i]);
        }
        for (int i = THREADS.length - 1; i >= 0; i--) {
            fewer[i] = load(shard, some.filter(), DeviceChoice.AUTO, THREADS[i]);
        }
        int right = 0;
        for (int i = 0; i < THREADS.length; i++) {
            double best = Math.max(cpu.get(i).perSecond(), gpu.get(i).perSecond());
            boolean rightMore = more[i].perSecond() * CLOSE >= best;
            boolean rightFewer = fewer[i].perSecond() * CLOSE >= best;
            right += (rightMore ? 1 : 0) + (rightFewer ? 1 : 0);
            out.printf(
                    "%10s %8d %,9.0f %,8.0f %,9.0f %,8.0f %,11.0f %s %7.0f%% %,11.0f %s %7.0f%%%n",
                    some.matches() == 0 ? "all" : some.matches(),
                    THREADS[i],
                    cpu.get(i).median(),
                    cpu.get(i).perSecond(),
                    gpu.get(i).median(),
                    gpu.get(i).perSecond(),
                    more[i].perSecond(),
                    rightMore ? "     " : "wrong",
                    100 * more[i].onDevice(),
                    fewer[i].perSecond(),
                    rightFewer ? "     " : "wrong",
                    100 * fewer[i].onDevice());
            points.addObject()
                    .put("matches", some.matches())
                    .put("threads", THREADS[i])
                    .put("cpu_us", cpu.get(i).median())
                    .put("gpu_us", gpu.get(i).median())
                    .put("cpu_per_s", cpu.get(i).perSecond())
                    .put("gpu_per_s", gpu.get(i).perSecond())
                    .put("auto_more_per_s", more[i].perSecond())
                    .put("auto_more_on_gpu", more[i].onDevice())
                    .put("auto_more_right", rightMore)
                    .put("auto_fewer_per_s", fewer[i].perSecond())
                    .put("auto_fewer_on_gpu", fewer[i].onDevice())
                    .put("auto_fewer_right", rightFewer);
        }
        out.flush();
        return right;
    }

    /** What a load took: microseconds at the median, searches a second, share on the device. */
    private record Load(double median, double perSecond, double onDevice) {}

    /** What one thread saw. */
    private record Seen(List<Double> micros, int onDevice) {}

    private Load load(Shard shard, @Nullable Filter filter, DeviceChoice choice, int threads) {
        ExecutorService searching =
                Executors.newFixedThreadPool(threads, work -> new Thread(work, "bench-search"));
        try {
            long start = System.nanoTime() + WARMUP_NS;
            List<Future<Seen>> asked = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int seed = t;
                asked.add(searching.submit(() -> search(shard, filter, choice, seed, start)));
            }
            List<Double> micros = new ArrayList<>();
            int onDevice = 0;
            for (Future<Seen> one : asked) {
                Seen seen = one.get();
                micros.addAll(seen.micros());
                onDevice += seen.onDevice();
            }
            micros.sort(null);
            if (micros.isEmpty()) {
                throw new IllegalStateException("no search ended in time");
            }
            double share = (double) onDevice / micros.size();
            if (choice == DeviceChoice.CPU && share > 0
                    || choice == DeviceChoice.GPU && share < 1) {
                throw new IllegalStateException(
                        choice + " was asked for, but a share of " + share + " ran on the device");
            }
            return new Load(
                    micros.get(micros.size() / 2), micros.size() / (MEASURED_NS / 1e9), share);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            searching.shutdownNow();
        }
    }

    private Seen search(
            Shard shard, @Nullable Filter filter, DeviceChoice choice, int seed, long start) {
        Random random = new Random(seed);
        float[] query = new float[dimension];
        SearchParams params = on(choice, filter);
        List<Double> micros = new ArrayList<>();
        int onDevice = 0;
        while (true) {
            for (int d = 0; d < dimension; d++) {
                query[d] = (float) random.nextGaussian();
            }
            long before = System.nanoTime();
            if (before - start > MEASURED_NS) {
                return new Seen(micros, onDevice);
            }
            SearchResult found = shard.snapshot().search(query, K, filter, params);
            if (found.hits().size() != K) {
                throw new IllegalStateException(found.hits().size() + " hits");
            }
            if (before >= start) {
                micros.add((System.nanoTime() - before) / 1e3);
                onDevice += found.onDevice() ? 1 : 0;
            }
        }
    }
}
