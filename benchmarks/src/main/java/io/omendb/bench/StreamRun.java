package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.device.DeviceChoice;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.device.SearchDevices;
import io.omendb.index.segment.Segment;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.SearchResult;
import io.omendb.index.shard.Shard;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import me.tongfei.progressbar.ProgressBar;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of {@code bench stream}: one writer, searching threads, and the shard's own background
 * thread. What would disturb the latencies, exact answers above all, is worked out afterwards from
 * the immutable snapshots that the samples keep.
 */
final class StreamRun implements AutoCloseable {
    private static final int K = 10;
    private static final long LATENCY_NS_MAX = 600_000_000_000L;
    private static final int PROBES_PER_S = 50;
    private static final int PROBES_WAITING_MAX = 10_000;
    private static final long SAMPLE_EVERY_NS_MAX = 1_000_000_000L;
    private static final int SAMPLES_MIN = 20;
    private static final int QUERIES_PER_SAMPLE = 5;
    private static final double REST_SHARE = 0.25;
    private static final double REST_SECONDS_MAX = 10;
    private static final long SLEEP_NS_MIN = 200_000;
    private static final long UPLOAD_NS_MAX = 20_000_000_000L;
    private static final Logger LOG = LoggerFactory.getLogger(StreamRun.class);
    private static final long SEED = 17;

    private final HeldVectors vectors;
    private final float[][] queries;
    private final Plan plan;
    private final BenchShard bench;
    private final Shard shard;
    private final SearchParams params;
    private final BlockingQueue<Probe> probes = new ArrayBlockingQueue<>(PROBES_WAITING_MAX);
    private volatile boolean writing;
    private volatile int applied;

    /**
     * What to do.
     *
     * @param rate vectors a second, infinite for as many as the writer can
     * @param device where to search
     */
    record Plan(
            double rate,
            double seconds,
            int preload,
            int searchThreads,
            double recallTarget,
            DeviceChoice device) {}

    /** A row to look for, and when it was due. */
    private record Probe(int row, long dueNs) {}

    /** A search made during ingest, to be compared with the truth later. */
    private record Sample(ShardSnapshot snapshot, float[] query, List<Hit> hits, boolean newest) {}

    private StreamRun(HeldVectors vectors, float[][] queries, Plan plan, BenchShard bench) {
        this.vectors = vectors;
        this.queries = queries;
        this.plan = plan;
        this.bench = bench;
        this.shard = bench.shard();
        this.params = SearchParams.ofRecall(plan.recallTarget()).on(plan.device());
    }

    static StreamRun open(HeldVectors vectors, float[][] queries, Metric metric, Plan plan) {
        CollectionSchema schema = CollectionSchema.of("bench", vectors.dimension(), metric);
        SearchDevice device = plan.device() == DeviceChoice.CPU ? null : SearchDevices.shared();
        return new StreamRun(vectors, queries, plan, BenchShard.open(schema, true, device));
    }

    StreamReport run() {
        preload();
        awaitDevice();
        double restSeconds = Math.min(REST_SECONDS_MAX, plan.seconds() * REST_SHARE);
        searchAtRest(restSeconds / 2);
        Histogram before = searchAtRest(restSeconds);
        Ingest ingest = ingest();
        bench.settle();
        searchAtRest(restSeconds / 2);
        Histogram after = searchAtRest(restSeconds);
        StreamTruth truth = new StreamTruth(K);
        List<StreamTruth.Answer> answers = new ArrayList<>();
        for (Sample sample : ingest.samples) {
            answers.add(
                    new StreamTruth.Answer(
                            sample.snapshot, sample.query, sample.hits, sample.newest));
        }
        truth.compare(answers);
        return new StreamReport(
                plan.rate(),
                ingest.rows / ingest.seconds,
                shard.snapshot().rowsStored(),
                before,
                ingest.latencies,
                after,
                truth.recall(),
                truth.recallWorst(),
                truth.recallNewest(),
                ingest.freshness,
                new StreamReport.Layer("shard", 0));
    }

    private void preload() {
        float[] vector = new float[vectors.dimension()];
        try (ProgressBar bar = Progress.start("Preloading", plan.preload())) {
            for (int row = 0; row < plan.preload(); row++) {
                vectors.read(row % vectors.rows(), vector);
                bench.upsert(row, vector);
                if (row % 1000 == 0) {
                    bar.stepTo(row);
                }
            }
            bar.stepTo(plan.preload());
        }
        applied = plan.preload();
        bench.settle();
    }

    /** Waits until what was preloaded is on the device, as far as there is room. */
    private void awaitDevice() {
        SearchDevice device = plan.device() == DeviceChoice.CPU ? null : SearchDevices.shared();
        if (device == null) {
            return;
        }
        long deadline = System.nanoTime() + UPLOAD_NS_MAX;
        ShardSnapshot snapshot = shard.snapshot();
        for (Segment segment : shard.frozenSegments()) {
            while (device.residentRows(segment) < segment.rowCount()
                    && System.nanoTime() < deadline) {
                LockSupport.parkNanos(SLEEP_NS_MIN);
            }
        }
        SearchResult first = snapshot.search(queries[0], K, null, params);
        LOG.info("searches run on {}", first.onDevice() ? device.name() : "the processor");
    }

    private Histogram searchAtRest(double seconds) {
        List<Searcher> searchers = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        for (int i = 0; i < plan.searchThreads(); i++) {
            searchers.add(new Searcher(i, end));
        }
        return onThreads(searchers).latencies;
    }

    private Ingest ingest() {
        writing = true;
        List<Searcher> searchers = new ArrayList<>();
        for (int i = 0; i < plan.searchThreads(); i++) {
            searchers.add(new Searcher(i, 0));
        }
        ExecutorService writer =
                Executors.newSingleThreadExecutor(task -> new Thread(task, "omen-bench-writer"));
        try (ProgressBar bar = Progress.start("Ingesting", (long) plan.seconds())) {
            Future<Double> written = writer.submit(() -> write(bar));
            Ingest ingest = onThreads(searchers);
            ingest.seconds = written.get();
            ingest.rows = applied - plan.preload();
            return ingest;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted", e);
        } catch (ExecutionException e) {
            throw new OmenException(ErrorCode.INTERNAL, "the writer failed: " + e.getCause(), e);
        } finally {
            writing = false;
            writer.shutdownNow();
        }
    }

    /** Returns the seconds it took. */
    private double write(ProgressBar bar) {
        float[] vector = new float[vectors.dimension()];
        long start = System.nanoTime();
        long end = start + (long) (plan.seconds() * 1e9);
        double nsPerRow = 1e9 / plan.rate();
        long nextProbe = start;
        try {
            for (int i = 0; ; i++) {
                long due = start + (long) (i * nsPerRow);
                long now = awaitDue(due);
                if (now >= end || (nsPerRow > 0 && due >= end)) {
                    return (now - start) / 1e9;
                }
                int row = plan.preload() + i;
                vectors.read(row % vectors.rows(), vector);
                bench.upsert(row, vector);
                applied = row + 1;
                if (now >= nextProbe) {
                    probes.offer(new Probe(row, nsPerRow > 0 ? due : now));
                    nextProbe += 1_000_000_000L / PROBES_PER_S;
                    bar.stepTo((now - start) / 1_000_000_000L);
                }
            }
        } finally {
            writing = false;
        }
    }

    /** Sleeps: a writer that spins would take a core from the search it is measured beside. */
    private static long awaitDue(long due) {
        long now = System.nanoTime();
        while (now < due) {
            LockSupport.parkNanos(Math.max(SLEEP_NS_MIN, due - now));
            now = System.nanoTime();
        }
        return now;
    }

    private Ingest onThreads(List<Searcher> searchers) {
        ExecutorService threads =
                Executors.newFixedThreadPool(
                        searchers.size(), task -> new Thread(task, "omen-bench-search"));
        try {
            List<Future<Ingest>> running = new ArrayList<>();
            searchers.forEach(searcher -> running.add(threads.submit(searcher::run)));
            Ingest all = new Ingest();
            for (Future<Ingest> one : running) {
                all.add(one.get());
            }
            return all;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted", e);
        } catch (ExecutionException e) {
            throw new OmenException(ErrorCode.INTERNAL, "a search failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    @Override
    public void close() {
        bench.close();
    }

    /** What threads saw. */
    private static final class Ingest {
        final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
        final Histogram freshness = new Histogram(LATENCY_NS_MAX, 3);
        final List<Sample> samples = new ArrayList<>();
        long rows;
        double seconds;

        void add(Ingest other) {
            latencies.add(other.latencies);
            freshness.add(other.freshness);
            samples.addAll(other.samples);
        }
    }

    /** Searches back to back; between searches looks for fresh rows and takes samples. */
    private final class Searcher {
        private final Ingest seen = new Ingest();
        private final Random random;
        private final float[] vector = new float[vectors.dimension()];
        private final long end;
        private int next;
        private @Nullable Probe probe;

        /**
         * A searcher.
         *
         * @param end when to stop; 0 for when writing ends
         */
        Searcher(int number, long end) {
            this.random = new Random(SEED + number);
            this.next = number;
            this.end = end;
        }

        Ingest run() {
            long sampleEvery =
                    Math.min(SAMPLE_EVERY_NS_MAX, (long) (plan.seconds() * 1e9 / SAMPLES_MIN));
            long nextSample = System.nanoTime() + sampleEvery / 2;
            while (end == 0 ? writing : System.nanoTime() < end) {
                long start = System.nanoTime();
                shard.snapshot().search(queries[next++ % queries.length], K, null, params);
                long now = System.nanoTime();
                seen.latencies.recordValue(now - start);
                if (end == 0) {
                    lookForFreshRow();
                    if (now >= nextSample) {
                        sample();
                        nextSample += sampleEvery;
                    }
                }
            }
            return seen;
        }

        private void lookForFreshRow() {
            if (probe == null) {
                probe = probes.poll();
            }
            Probe wanted = probe;
            if (wanted == null) {
                return;
            }
            vectors.read(wanted.row % vectors.rows(), vector);
            String id = Integer.toString(wanted.row);
            for (Hit hit : shard.snapshot().search(vector, K, null, params).hits()) {
                if (hit.id().equals(id)) {
                    seen.freshness.recordValue(Math.max(0, System.nanoTime() - wanted.dueNs));
                    probe = null;
                    return;
                }
            }
        }

        private void sample() {
            ShardSnapshot snapshot = shard.snapshot();
            for (int i = 0; i < QUERIES_PER_SAMPLE; i++) {
                take(snapshot, queries[random.nextInt(queries.length)], false);
                take(snapshot, nearNewest(), true);
            }
        }

        private void take(ShardSnapshot snapshot, float[] query, boolean newest) {
            List<Hit> hits = snapshot.search(query, K, null, params).hits();
            seen.samples.add(new Sample(snapshot, query, hits, newest));
        }

        /** A copy of one of the newest 1 % of rows, each component off by about 5 %. */
        private float[] nearNewest() {
            int rows = applied;
            int row = rows - 1 - random.nextInt(Math.max(1, rows / 100));
            vectors.read(row % vectors.rows(), vector);
            float[] near = vector.clone();
            for (int i = 0; i < near.length; i++) {
                near[i] += (float) (near[i] * 0.05 * random.nextGaussian());
            }
            return near;
        }
    }
}
