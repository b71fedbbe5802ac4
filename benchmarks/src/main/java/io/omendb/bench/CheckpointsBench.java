package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls;
import io.omendb.bench.stack.GatewayCalls.Answer;
import io.omendb.bench.stack.KilledStack;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench checkpoints}: what checkpoints of a running stack cost, and how fast it restores.
 */
@Command(
        name = "checkpoints",
        description = {
            "Load rows into a stack of its own, take checkpoints with some new rows before each, search",
            "meanwhile; then kill -9 everything and start again with the same and with more shards."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class CheckpointsBench implements Callable<Integer> {
    private static final String COLLECTION = "bench";
    private static final long NEVER_MS = 24L * 3_600_000;
    private static final int K = 10;
    private static final double NEW_SHARE = 0.01;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final int LOAD_S = 30;
    private static final int INTERVAL_S = 10;
    private static final long QUIET_MS = 2_000;

    @Spec CommandSpec spec;

    @Option(names = "--base", required = true, paramLabel = "F", description = "Vectors.")
    Path base;

    @Option(names = "--query", required = true, paramLabel = "F", description = "Queries.")
    Path query;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "" + Integer.MAX_VALUE,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Use only the first N vectors.")
    int rows;

    @Option(
            names = "--checkpoints",
            paramLabel = "N",
            defaultValue = "20",
            description = "Checkpoints, each with 1 %% new rows; default ${DEFAULT-VALUE}.")
    int checkpoints;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            defaultValue = "10",
            description =
                    "Checkpoints before those that count, while the JVM compiles; default ${DEFAULT-VALUE}.")
    int warmup;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    private HeldVectors vectors;
    private float[][] queries;
    private KilledStack stack;
    private GatewayCalls gateway;
    private RowSender sender;
    private int searches;
    private final List<Long> uploaded = new ArrayList<>();
    private final List<Long> syncMs = new ArrayList<>();
    private final List<Long> totalMs = new ArrayList<>();
    private final List<Long> quietNanos = new ArrayList<>();
    private final List<Long> duringNanos = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        VectorSet set = new VectorSet(base, rows);
        queries = VectorFiles.readAll(query, 1_000);
        set.checkDimension(query, queries);
        vectors = HeldVectors.read(set);
        Path directory = Files.createTempDirectory("omen-checkpoints-");
        try (KilledStack opened = KilledStack.in(directory, 0, NEVER_MS)) {
            stack = opened;
            gateway = new GatewayCalls(opened.url());
            opened.up(1);
            // The collection's topic: who writes to it asks for its partitions at once.
            ObjectNode schema = GatewayCalls.JSON.createObjectNode();
            schema.put("dimension", vectors.dimension()).put("metric", "l2");
            require(gateway.put("/collections/" + COLLECTION, schema));
            String brokers = opened.running().path("bootstrapServers").asText();
            try (RowSender rows = RowSender.open(brokers, COLLECTION, vectors, RowForm.F32)) {
                sender = rows;
                run();
            }
        } finally {
            StackFiles.delete(directory);
        }
        return 0;
    }

    private void run() throws Exception {
        PrintWriter out = spec.commandLine().getOut();
        send(vectors.rows(), "Loading");
        GatewayCalls flink = new GatewayCalls(URI.create(stack.running().path("flink").asText()));
        String job = flink.get("/jobs").body().path("jobs").path(0).path("id").asText();
        checkpoint(flink, job);
        long first = uploaded.get(0);
        int fresh = (int) Math.round(NEW_SHARE * vectors.rows());
        try (ProgressBar bar = Progress.start("Checkpoints", warmup + checkpoints)) {
            for (int i = 0; i < warmup + checkpoints; i++) {
                if (i == warmup) {
                    uploaded.clear();
                    syncMs.clear();
                    totalMs.clear();
                    quietNanos.clear();
                    duringNanos.clear();
                }
                send(fresh, null);
                quiet();
                checkpoint(flink, job);
                bar.step();
            }
        }
        long without = underLoad(flink, job, false);
        long with = underLoad(flink, job, true);
        int vectorBytes = vectors.dimension() * vectors.componentBytes();
        long rowBytes = vectorBytes + digits(sender.sent());
        double[] ratios =
                uploaded.stream().mapToDouble(bytes -> bytes / (double) fresh / rowBytes).toArray();
        Arrays.sort(ratios);
        long restoreSame = restart(1);
        long restoreMore = restart(2);
        ObjectNode result = GatewayCalls.JSON.createObjectNode();
        result.put("rows", sender.sent());
        result.put("checkpoints", checkpoints);
        result.put("first_bytes", first);
        result.put("new_rows", fresh);
        result.put("new_row_bytes", rowBytes);
        result.put("upload_ratio_p50", ratios[ratios.length / 2]);
        result.put("upload_ratio_mean", Arrays.stream(ratios).average().orElse(0));
        result.put("upload_ratio_max", ratios[ratios.length - 1]);
        result.put("sync_samples", syncMs.size());
        result.put("sync_ms_p50", percentile(syncMs, 0.5));
        result.put("sync_ms_p99", percentile(syncMs, 0.99));
        result.put("total_ms_p50", percentile(totalMs, 0.5));
        result.put("searches_quiet", quietNanos.size());
        result.put("searches_during", duringNanos.size());
        result.put("search_p50_us_quiet", percentile(quietNanos, 0.5) / 1_000);
        result.put("search_p50_us_during", percentile(duringNanos, 0.5) / 1_000);
        result.put("search_p99_us_quiet", percentile(quietNanos, 0.99) / 1_000);
        result.put("search_p99_us_during", percentile(duringNanos, 0.99) / 1_000);
        result.put("load_rows_per_s", (long) (NEW_SHARE * vectors.rows() / INTERVAL_S));
        result.put("search_p99_us_without_checkpoints", without);
        result.put("search_p99_us_with_checkpoints", with);
        result.put("restore_ms", restoreSame);
        result.put("rescale_ms", restoreMore);
        result.properties()
                .forEach(entry -> out.println(entry.getKey() + ": " + entry.getValue().asText()));
        if (json != null) {
            uploaded.forEach(result.putArray("uploaded_bytes")::add);
            syncMs.forEach(result.putArray("sync_ms")::add);
            totalMs.forEach(result.putArray("total_ms")::add);
            Files.writeString(json, result.toPrettyString());
        }
    }

    private static int digits(int number) {
        return Integer.toString(number).length();
    }

    /** Writes rows to Kafka and waits until the shard has them. */
    private void send(int count, @Nullable String progress) throws Exception {
        try (ProgressBar bar = progress == null ? null : Progress.start(progress, count)) {
            sender.send(count, bar);
        }
        await(() -> count() == sender.sent());
    }

    /**
     * Searches while rows come steadily, 1 % in the time between two checkpoints.
     *
     * @return p99 of the searches in microseconds
     */
    private long underLoad(GatewayCalls flink, String job, boolean withCheckpoints)
            throws Exception {
        int perSecond = Math.max(1, (int) (NEW_SHARE * vectors.rows() / INTERVAL_S));
        Thread writer = new Thread(() -> sender.sendEvenly(perSecond, LOAD_S), "omen-bench-writer");
        List<Long> nanos = new ArrayList<>();
        writer.start();
        long start = System.nanoTime();
        long next = start + TimeUnit.SECONDS.toNanos(INTERVAL_S) / 2;
        while (writer.isAlive()) {
            if (withCheckpoints && System.nanoTime() > next) {
                next += TimeUnit.SECONDS.toNanos(INTERVAL_S);
                String unused = trigger(flink, job);
            }
            nanos.add(search());
        }
        writer.join();
        await(() -> count() == sender.sent());
        return percentile(nanos, 0.99) / 1_000;
    }

    private long count() throws InterruptedException {
        Answer answer =
                gateway.post(
                        "/collections/" + COLLECTION + "/count",
                        GatewayCalls.JSON.createObjectNode());
        return answer.isOk() ? answer.body().path("count").asLong() : -1;
    }

    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private static void await(Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new OmenException(ErrorCode.TIMEOUT, "not in " + PATIENCE);
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private void quiet() throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(QUIET_MS);
        while (System.nanoTime() < end) {
            quietNanos.add(search());
        }
    }

    private long search() throws InterruptedException {
        ObjectNode body = GatewayCalls.JSON.createObjectNode();
        ArrayNode vector = body.putArray("vector");
        float[] components = queries[searches++ % queries.length];
        for (float component : components) {
            vector.add(component);
        }
        body.put("k", K);
        long start = System.nanoTime();
        require(gateway.post("/collections/" + COLLECTION + "/search", body));
        return System.nanoTime() - start;
    }

    private static String trigger(GatewayCalls flink, String job) throws InterruptedException {
        Answer triggered =
                flink.post(
                        "/jobs/" + job + "/checkpoints",
                        GatewayCalls.JSON.createObjectNode().put("checkpointType", "CONFIGURED"));
        require(triggered);
        return triggered.body().path("request-id").asText();
    }

    /** Triggers a checkpoint and searches until it is complete. */
    private void checkpoint(GatewayCalls flink, String job) throws InterruptedException {
        String request = trigger(flink, job);
        JsonNode done;
        int asked = 0;
        do {
            duringNanos.add(search());
            done =
                    asked++ % 8 == 0
                            ? flink.get("/jobs/" + job + "/checkpoints/" + request).body()
                            : GatewayCalls.JSON.createObjectNode();
        } while (!done.path("status").path("id").asText().equals("COMPLETED"));
        long id = done.path("operation").path("checkpointId").asLong();
        // Flink shows what it knew a few seconds ago.
        String path = "/jobs/" + job + "/checkpoints/details/" + id;
        await(() -> flink.get(path).body().path("status").asText().equals("COMPLETED"));
        JsonNode details = flink.get(path).body();
        uploaded.add(details.path("checkpointed_size").asLong());
        totalMs.add(details.path("end_to_end_duration").asLong());
        for (JsonNode vertex : flink.get("/jobs/" + job).body().path("vertices")) {
            if (vertex.path("name").asText().equals("vectors")) {
                addSync(flink, job, id, vertex.path("id").asText());
            }
        }
    }

    private void addSync(GatewayCalls flink, String job, long id, String vertex)
            throws InterruptedException {
        String path = "/jobs/" + job + "/checkpoints/details/" + id + "/subtasks/" + vertex;
        for (JsonNode subtask : flink.get(path).body().path("subtasks")) {
            syncMs.add(subtask.path("checkpoint").path("sync").asLong());
        }
    }

    /**
     * Kills everything and starts again.
     *
     * @return milliseconds from the task's first step to the first complete answer: starting
     *     processes does not count
     */
    private long restart(int shards) throws InterruptedException {
        stack.killAll();
        stack.up(shards);
        await(() -> count() == sender.sent());
        search();
        long ready = System.currentTimeMillis();
        GatewayCalls flink = new GatewayCalls(URI.create(stack.running().path("flink").asText()));
        String job = flink.get("/jobs").body().path("jobs").path(0).path("id").asText();
        long started = Long.MAX_VALUE;
        for (JsonNode vertex : flink.get("/jobs/" + job).body().path("vertices")) {
            started = Math.min(started, vertex.path("start-time").asLong());
        }
        return ready - started;
    }

    private static double percentileOf(long[] sorted, double share) {
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1L, (long) (share * sorted.length))];
    }

    private static long percentile(List<Long> values, double share) {
        return (long)
                percentileOf(values.stream().mapToLong(Long::longValue).sorted().toArray(), share);
    }

    private static void require(Answer answer) {
        if (!answer.isOk()) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "found " + answer.status() + " " + answer.body());
        }
    }
}
