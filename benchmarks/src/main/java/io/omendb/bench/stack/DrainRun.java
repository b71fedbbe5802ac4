package io.omendb.bench.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls.Answer;
import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * One run of {@code bench drain}. Cold: the collection is made by a stack that is then killed, a
 * broker alone takes the rows, then the whole stack starts and reads them. Warm: the stack first
 * takes in rows of another collection, is stopped (not ended) while the broker takes the rows, and
 * goes on.
 */
public final class DrainRun implements AutoCloseable {
    private static final String COLLECTION = "bench";
    private static final String WARMUP = "warmup";
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Seldom: counting is work too, and what counts is the hundredth part of the whole. */
    private static final long POLL_MS = 200;

    private static final int LOOKED_UP = 1_000;
    private static final long SEED = 23;

    /** Threads with less are not worth a line. */
    private static final double SECONDS_SHOWN = 0.05;

    private final Path directory;
    private final Plan plan;
    private final KilledStack stack;
    private final GatewayCalls gateway;

    /** Where the components of a row come from; rows beyond the last start over. */
    @FunctionalInterface
    public interface Rows {
        void read(int row, float[] into);
    }

    /** Sends all rows to a collection of a broker. */
    @FunctionalInterface
    public interface Filler {
        void fill(String bootstrapServers, String collection, int rows);
    }

    /**
     * What to do.
     *
     * @param warmupRows rows of another collection before; 0 to start cold
     */
    public record Plan(
            int rows, int warmupRows, int dimension, int shards, long checkpointMs, Rows vectors) {}

    private DrainRun(Path directory, Plan plan, KilledStack stack) {
        this.directory = directory;
        this.plan = plan;
        this.stack = stack;
        this.gateway = new GatewayCalls(stack.url());
    }

    public static DrainRun in(Path directory, Plan plan) {
        return new DrainRun(directory, plan, KilledStack.in(directory, 0, plan.checkpointMs()));
    }

    /** Makes the collection and puts all rows into its topic while nothing reads it. */
    public void fill(Filler filler) throws InterruptedException {
        stack.up(plan.shards());
        create(COLLECTION);
        if (plan.warmupRows() > 0) {
            String brokers = stack.running().path("bootstrapServers").asText();
            create(WARMUP);
            filler.fill(brokers, WARMUP, plan.warmupRows());
            await(WARMUP, plan.warmupRows(), rows -> {});
            require(gateway.delete("/collections/" + WARMUP));
            stack.pause();
            filler.fill(brokers, COLLECTION, plan.rows());
            return;
        }
        stack.killAll();
        try (BrokerProcess broker =
                BrokerProcess.start(BrokerOptions.in(directory.resolve("data/kafka")))) {
            filler.fill(broker.bootstrapServers(), COLLECTION, plan.rows());
        }
    }

    private void create(String collection) throws InterruptedException {
        ObjectNode schema = GatewayCalls.JSON.createObjectNode();
        schema.put("dimension", plan.dimension()).put("metric", "l2");
        schema.put("partitions", plan.shards());
        require(gateway.put("/collections/" + collection, schema));
    }

    private static void require(Answer answer) {
        if (!answer.isOk()) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "found " + answer.status() + " " + answer.body());
        }
    }

    private void await(String collection, long rows, LongConsumer progress)
            throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long counted = count(collection);
        while (counted < rows) {
            if (System.nanoTime() > deadline) {
                throw new OmenException(
                        ErrorCode.TIMEOUT, counted + " of " + rows + " after " + PATIENCE);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
            counted = Math.max(counted, count(collection));
            progress.accept(counted);
        }
    }

    /**
     * Starts the stack, or lets it go on, and waits until it has all rows.
     *
     * @param progress told how many rows are there
     * @throws OmenException INTERNAL if rows are missing, or others than were written
     */
    public ObjectNode drain(LongConsumer progress) throws InterruptedException {
        long first = 0;
        if (plan.warmupRows() > 0) {
            stack.resume();
        } else {
            stack.up(plan.shards());
            while (first == 0) {
                TimeUnit.MILLISECONDS.sleep(POLL_MS / 10);
                first = count(COLLECTION);
            }
        }
        JsonNode running = stack.running();
        long pid = running.path("pid").asLong();
        int checkpointsBefore = checkpoints(running);
        long start = System.nanoTime();
        long[] halfway = {0, start};
        Map<String, Double> before = cpu(pid);
        await(
                COLLECTION,
                plan.rows(),
                counted -> {
                    progress.accept(counted);
                    if (halfway[0] == 0 && counted >= plan.rows() / 2) {
                        halfway[0] = counted;
                        halfway[1] = System.nanoTime();
                    }
                });
        long end = System.nanoTime();
        double seconds = (end - start) / 1e9;
        Map<String, Double> after = cpu(pid);
        check();
        ObjectNode result = GatewayCalls.JSON.createObjectNode();
        result.put("rows", plan.rows());
        result.put("shards", plan.shards());
        result.put("warmup_rows", plan.warmupRows());
        result.put("rows_when_measuring_began", first);
        result.put("seconds", seconds);
        result.put("vectors_per_s", (plan.rows() - first) / seconds);
        result.put(
                "vectors_per_s_second_half", (plan.rows() - halfway[0]) * 1e9 / (end - halfway[1]));
        result.put("checkpoints", checkpoints(running) - checkpointsBefore);
        result.put("lost", 0);
        ObjectNode stages = result.putObject("cpu_seconds_per_million");
        double all = 0;
        for (Map.Entry<String, Double> stage : after.entrySet()) {
            double used = stage.getValue() - before.getOrDefault(stage.getKey(), 0.0);
            double perMillion = used * 1e6 / (plan.rows() - first);
            all += perMillion;
            if (used > SECONDS_SHOWN) {
                stages.put(stage.getKey(), Math.round(perMillion * 100) / 100.0);
            }
        }
        stages.put("all", Math.round(all * 100) / 100.0);
        return result;
    }

    /** With Flink in one process, the broker is the only child that does anything. */
    private static Map<String, Double> cpu(long pid) {
        Map<String, Double> stages = new TreeMap<>(ProcessCpu.byStage(pid));
        double broker =
                ProcessHandle.of(pid).stream()
                        .flatMap(ProcessHandle::children)
                        .mapToDouble(child -> ProcessCpu.total(child.pid()))
                        .sum();
        stages.put("broker", broker);
        return stages;
    }

    private long count(String collection) throws InterruptedException {
        Answer answer =
                gateway.post(
                        "/collections/" + collection + "/count",
                        GatewayCalls.JSON.createObjectNode());
        return answer.isOk() ? answer.body().path("count").asLong() : 0;
    }

    private static int checkpoints(JsonNode running) throws InterruptedException {
        GatewayCalls flink = new GatewayCalls(URI.create(running.path("flink").asText()));
        String job = flink.get("/jobs").body().path("jobs").path(0).path("id").asText();
        JsonNode counts = flink.get("/jobs/" + job + "/checkpoints").body().path("counts");
        return counts.path("completed").asInt();
    }

    /** The count is exact already; this looks at what is in some of the rows. */
    private void check() throws InterruptedException {
        long counted = count(COLLECTION);
        if (counted != plan.rows()) {
            throw new OmenException(
                    ErrorCode.INTERNAL, "found " + counted + " rows, expected " + plan.rows());
        }
        Random random = new Random(SEED);
        float[] expected = new float[plan.dimension()];
        for (int i = 0; i < LOOKED_UP; i++) {
            int row = random.nextInt(plan.rows());
            plan.vectors().read(row, expected);
            JsonNode point =
                    gateway.get("/collections/" + COLLECTION + "/points/" + row + "?include=vector")
                            .body();
            JsonNode vector = point.path("vector");
            for (int c = 0; c < expected.length; c++) {
                if ((float) vector.path(c).asDouble(Double.NaN) != expected[c]) {
                    throw new OmenException(
                            ErrorCode.INTERNAL,
                            "row " + row + " is not what was written: " + point);
                }
            }
        }
    }

    @Override
    public void close() throws InterruptedException {
        stack.close();
    }
}
