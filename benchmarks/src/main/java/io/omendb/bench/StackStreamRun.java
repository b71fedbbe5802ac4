package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import me.tongfei.progressbar.ProgressBar;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One run of {@code bench stream --layer e2e}: broker, Flink and gateway in processes of their own;
 * a producer and searching clients in this one.
 */
final class StackStreamRun implements AutoCloseable {
    /** Without a rate, the writer is so many rows ahead of those searchable at most. */
    private static final int AHEAD_MAX = 50_000;

    private static final int AHEAD_CHECKED = 5_000;
    private static final long AHEAD_POLL_MS = 50;

    /** Rows that are due are sent so often; the producer waits longer for more. */
    private static final long TICK_NS = 2_000_000;

    private static final int K = 10;
    private static final long LATENCY_NS_MAX = 600_000_000_000L;
    private static final int PROBES_PER_S = 50;
    private static final int PROBES_WAITING_MAX = 10_000;
    private static final int SAMPLES_PER_S = 2;
    private static final double REST_SHARE = 0.25;
    private static final double REST_SECONDS_MAX = 15;
    private static final long SEED = 17;
    private static final int WARMUP_CLIENTS = 4;

    private final HeldVectors vectors;
    private final float[][] queries;
    private final byte[][] requests;
    private final StreamRun.Plan plan;
    private final double warmupSeconds;
    private final LoadedStack stack;
    private final RowSender sender;
    private final BlockingQueue<Probe> probes = new ArrayBlockingQueue<>(PROBES_WAITING_MAX);
    private volatile boolean writing;

    /** How the stack is set up. */
    record Setup(int shards, long checkpointMs, RowForm form, double warmupSeconds) {}

    /** A row to look for, and when it was due. */
    private record Probe(int row, long dueNs) {}

    private StackStreamRun(
            HeldVectors vectors,
            float[][] queries,
            StreamRun.Plan plan,
            double warmupSeconds,
            LoadedStack stack,
            RowSender sender) {
        this.vectors = vectors;
        this.warmupSeconds = warmupSeconds;
        this.queries = queries;
        this.plan = plan;
        this.stack = stack;
        this.sender = sender;
        this.requests = new byte[queries.length][];
        for (int i = 0; i < queries.length; i++) {
            requests[i] = HttpSearch.request(queries[i], K, plan.recallTarget());
        }
    }

    static StackStreamRun open(
            HeldVectors vectors, float[][] queries, StreamRun.Plan plan, Setup setup)
            throws InterruptedException {
        LoadedStack stack =
                LoadedStack.start(setup.shards(), vectors.dimension(), "l2", setup.checkpointMs());
        try {
            RowSender sender =
                    RowSender.open(stack.brokers(), LoadedStack.COLLECTION, vectors, setup.form());
            return new StackStreamRun(vectors, queries, plan, setup.warmupSeconds(), stack, sender);
        } catch (RuntimeException e) {
            stack.close();
            throw e;
        }
    }

    StreamReport run() throws InterruptedException {
        stack.load(sender, plan.preload());
        try (BenchPlaces unused = BenchPlaces.apart()) {
            return measure();
        }
    }

    private StreamReport measure() throws InterruptedException {
        double restSeconds = Math.min(REST_SECONDS_MAX, plan.seconds() * REST_SHARE);
        warmUp();
        stack.awaitSettled(sender.sent());
        Histogram before = search(restSeconds).latencies;
        int checkpointsBefore = stack.checkpoints();
        Seen seen = ingest("Ingesting", plan.seconds());
        int checkpoints = stack.checkpoints() - checkpointsBefore;
        sender.flush();
        stack.awaitSettled(sender.sent());
        search(restSeconds / 2);
        Histogram after = search(restSeconds).latencies;
        AppliedTruth truth = new AppliedTruth(vectors, K, seen.samples);
        truth.compare(sender);
        return new StreamReport(
                plan.rate(),
                seen.rows / seen.seconds,
                sender.sent(),
                before,
                seen.latencies,
                after,
                truth.recall(),
                truth.recallWorst(),
                truth.recallNewest(),
                seen.freshness,
                new StreamReport.Layer("e2e", checkpoints));
    }

    /** Until the JVMs have compiled what searches and writes at this rate need. */
    private void warmUp() throws InterruptedException {
        double half = warmupSeconds / 2;
        Seen unused = onThreads(WARMUP_CLIENTS, secondsFromNow(half));
        unused = ingest("Warming up", half);
        sender.flush();
    }

    private Seen search(double seconds) throws InterruptedException {
        return onThreads(plan.searchThreads(), secondsFromNow(seconds));
    }

    private static long secondsFromNow(double seconds) {
        return System.nanoTime() + (long) (seconds * 1e9);
    }

    private Seen ingest(String name, double seconds) throws InterruptedException {
        writing = true;
        ExecutorService writer =
                Executors.newSingleThreadExecutor(
                        task -> new Thread(RowSender.makingWay(task), "omen-bench-writer"));
        try (ProgressBar bar = Progress.start(name, (long) seconds)) {
            long first = stack.count();
            long start = System.nanoTime();
            Future<?> written = writer.submit(() -> write(bar, seconds));
            Seen seen = onThreads(plan.searchThreads(), 0);
            seen.seconds = (System.nanoTime() - start) / 1e9;
            seen.rows = stack.count() - first;
            written.get();
            return seen;
        } catch (ExecutionException e) {
            throw new OmenException(ErrorCode.INTERNAL, "the writer failed: " + e.getCause(), e);
        } finally {
            writing = false;
            writer.shutdownNow();
            probes.clear();
        }
    }

    private void write(ProgressBar bar, double seconds) {
        long start = System.nanoTime();
        long end = start + (long) (seconds * 1e9);
        double nsPerRow = 1e9 / plan.rate();
        long nextProbe = start;
        try {
            for (long i = 0; ; i++) {
                long due = start + (long) (i * nsPerRow);
                long now = System.nanoTime();
                while (now < due) {
                    LockSupport.parkNanos(Math.max(TICK_NS, due - now));
                    now = System.nanoTime();
                }
                if (now >= end) {
                    return;
                }
                int row = sender.sent();
                if (nsPerRow == 0 && row % AHEAD_CHECKED == 0) {
                    awaitApplied(row - AHEAD_MAX, end);
                }
                sender.sendNext();
                if (now >= nextProbe) {
                    probes.offer(new Probe(row, nsPerRow > 0 ? due : now));
                    nextProbe += TimeUnit.SECONDS.toNanos(1) / PROBES_PER_S;
                    bar.stepTo((now - start) / 1_000_000_000L);
                }
            }
        } finally {
            writing = false;
        }
    }

    /**
     * A writer without a rate would fill the topic with rows that nothing measured here is about,
     * and take the processor time for that from those that are.
     */
    private void awaitApplied(int rows, long end) {
        try {
            while (System.nanoTime() < end && stack.count() < rows) {
                TimeUnit.MILLISECONDS.sleep(AHEAD_POLL_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.INTERNAL, "interrupted while writing", e);
        }
    }

    /**
     * Searches with all clients.
     *
     * @param end when to stop; 0 for when writing ends
     */
    private Seen onThreads(int clients, long end) throws InterruptedException {
        ExecutorService threads =
                Executors.newFixedThreadPool(
                        clients, task -> new Thread(task, "omen-bench-search"));
        try {
            List<Future<Seen>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Client client = new Client(i, end);
                running.add(threads.submit(client::run));
            }
            Seen all = new Seen();
            for (Future<Seen> one : running) {
                all.add(one.get());
            }
            return all;
        } catch (ExecutionException e) {
            throw new OmenException(ErrorCode.INTERNAL, "a search failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    @Override
    public void close() throws InterruptedException {
        sender.close();
        stack.close();
    }

    /** What clients saw. */
    private static final class Seen {
        final Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
        final Histogram freshness = new Histogram(LATENCY_NS_MAX, 3);
        final List<AppliedTruth.Sample> samples = new ArrayList<>();
        long rows;
        double seconds;

        void add(Seen other) {
            latencies.add(other.latencies);
            freshness.add(other.freshness);
            samples.addAll(other.samples);
        }
    }

    /** Searches back to back; between searches looks for fresh rows and takes samples. */
    private final class Client {
        private final Seen seen = new Seen();
        private final HttpSearch http = new HttpSearch(stack.url(), LoadedStack.COLLECTION);
        private final Random random;
        private final float[] vector = new float[vectors.dimension()];
        private final long end;
        private int next;
        private @Nullable Probe probe;

        Client(int number, long end) {
            this.random = new Random(SEED + number);
            this.next = number;
            this.end = end;
        }

        Seen run() {
            try (http) {
                search();
            }
            return seen;
        }

        private void search() {
            long sampleEvery = TimeUnit.SECONDS.toNanos(1) / SAMPLES_PER_S;
            long nextSample = System.nanoTime() + sampleEvery;
            while (end == 0 ? writing : System.nanoTime() < end) {
                int query = next++ % queries.length;
                int sent = sender.sent();
                long start = System.nanoTime();
                byte[] answer = http.send(requests[query]);
                long now = System.nanoTime();
                seen.latencies.recordValue(now - start);
                if (end == 0) {
                    lookForFreshRow();
                    if (now >= nextSample) {
                        take(queries[query], answer, sent, false);
                        float[] near = nearNewest(sent);
                        byte[] request = HttpSearch.request(near, K, plan.recallTarget());
                        take(near, http.send(request), sent, true);
                        nextSample += sampleEvery;
                    }
                }
            }
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
            byte[] answer = http.send(HttpSearch.request(vector, K, plan.recallTarget()));
            long now = System.nanoTime();
            if (HttpSearch.read(answer).ids().contains(Integer.toString(wanted.row))) {
                seen.freshness.recordValue(Math.max(0, now - wanted.dueNs));
                probe = null;
            }
        }

        private void take(float[] query, byte[] answer, int sent, boolean newest) {
            seen.samples.add(new AppliedTruth.Sample(query, HttpSearch.read(answer), sent, newest));
        }

        /** A copy of one of the newest 1 % of rows, each component off by about 5 %. */
        private float[] nearNewest(int sent) {
            int row = sent - 1 - random.nextInt(Math.max(1, sent / 100));
            vectors.read(row % vectors.rows(), vector);
            float[] near = vector.clone();
            for (int i = 0; i < near.length; i++) {
                near[i] += (float) (near[i] * 0.05 * random.nextGaussian());
            }
            return near;
        }
    }
}
