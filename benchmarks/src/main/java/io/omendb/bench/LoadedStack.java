package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls;
import io.omendb.bench.stack.GatewayCalls.Answer;
import io.omendb.bench.stack.KilledStack;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import me.tongfei.progressbar.ProgressBar;

/**
 * A stack of its own with one collection: {@code ./omen up} in other processes, in a folder that is
 * deleted afterwards.
 */
final class LoadedStack implements AutoCloseable {
    static final String COLLECTION = "bench";
    static final String TOPIC = "omen." + COLLECTION;
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final long POLL_MS = 20;

    private final Path directory;
    private final KilledStack stack;
    private final GatewayCalls gateway;

    private LoadedStack(Path directory, KilledStack stack) {
        this.directory = directory;
        this.stack = stack;
        this.gateway = new GatewayCalls(stack.url());
    }

    /** Starts it and makes the collection, with as many partitions as there are shards. */
    static LoadedStack start(int shards, int dimension, String metric, long checkpointMs)
            throws InterruptedException {
        ObjectNode schema = GatewayCalls.JSON.createObjectNode();
        schema.put("dimension", dimension).put("metric", metric).put("partitions", shards);
        return start(shards, schema, checkpointMs);
    }

    /** Starts it and makes a collection of this schema. */
    static LoadedStack start(int shards, ObjectNode schema, long checkpointMs)
            throws InterruptedException {
        Path directory;
        try {
            directory = Files.createTempDirectory("omen-bench-");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "no temporary folder: " + e, e);
        }
        LoadedStack loaded = new LoadedStack(directory, KilledStack.in(directory, 0, checkpointMs));
        try {
            loaded.stack.up(shards);
            Answer made = loaded.gateway.put("/collections/" + COLLECTION, schema);
            if (!made.isOk()) {
                throw new OmenException(ErrorCode.EXTERNAL, "no collection: " + made.body());
            }
            return loaded;
        } catch (RuntimeException | InterruptedException e) {
            loaded.close();
            throw e;
        }
    }

    URI url() {
        return stack.url();
    }

    String brokers() {
        return stack.running().path("bootstrapServers").asText();
    }

    /** Sends rows and waits until all are searchable and nothing waits in the background. */
    void load(RowSender sender, int rows) throws InterruptedException {
        try (ProgressBar bar = Progress.start("Preloading", rows)) {
            sender.send(rows, bar);
        }
        awaitSettled(sender.sent());
    }

    /** Waits until all rows are searchable and nothing waits in the background. */
    void awaitSettled(long rows) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (count() != rows || queued() > 0) {
            if (System.nanoTime() > deadline) {
                throw new OmenException(
                        ErrorCode.TIMEOUT, count() + " of " + rows + " rows after " + PATIENCE);
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /** Rows there are. */
    long count() throws InterruptedException {
        Answer answer =
                gateway.post(
                        "/collections/" + COLLECTION + "/count",
                        GatewayCalls.JSON.createObjectNode());
        return answer.isOk() ? answer.body().path("count").asLong() : -1;
    }

    /** Checkpoints completed so far. */
    int checkpoints() throws InterruptedException {
        GatewayCalls flink = new GatewayCalls(URI.create(stack.running().path("flink").asText()));
        String job = flink.get("/jobs").body().path("jobs").path(0).path("id").asText();
        JsonNode counts = flink.get("/jobs/" + job + "/checkpoints").body().path("counts");
        return counts.path("completed").asInt();
    }

    /** The stack's own process. */
    long pid() {
        return stack.running().path("pid").asLong();
    }

    private long queued() throws InterruptedException {
        return gateway.get("/collections/" + COLLECTION).body().path("index_queue").asLong();
    }

    @Override
    public void close() throws InterruptedException {
        stack.close();
        StackFiles.delete(directory);
    }
}
