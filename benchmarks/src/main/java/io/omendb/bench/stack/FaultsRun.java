package io.omendb.bench.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One run: writes and searches go on while the stack is killed. */
final class FaultsRun {
    private static final String COLLECTION = "faults";
    private static final int PARALLELISM_MAX = 3;
    private static final int RUN_MS_MIN = 1_000;
    private static final int RUN_MS_SPREAD = 6_000;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int NOT_FOUND = 404;

    private final KilledStack stack;
    private final FaultPoints points;
    private final Random random;
    private final int rate;
    private final Consumer<String> progress;
    private final GatewayCalls gateway;
    private final List<Long> unavailableMs = new ArrayList<>();
    private int taskManagerKills;
    private int rescales;
    private int parallelism = 2;

    /** What the comparison at the end found. */
    private long rows;

    private long lost;
    private long duplicated;
    private long resurrected;
    private long wrong;
    private @Nullable String example;

    FaultsRun(
            KilledStack stack,
            FaultPoints points,
            Random random,
            int rate,
            Consumer<String> progress) {
        this.stack = stack;
        this.points = points;
        this.random = random;
        this.rate = rate;
        this.progress = progress;
        this.gateway = new GatewayCalls(stack.url());
    }

    FaultsReport run(int kills) throws InterruptedException {
        stack.up(parallelism);
        ObjectNode schema = GatewayCalls.JSON.createObjectNode();
        schema.put("dimension", FaultPoints.DIMENSION).put("metric", "l2");
        schema.putObject("fields").put("n", "long");
        require(gateway.put("/collections/" + COLLECTION, schema), "the collection");
        try (FaultWriter writer = new FaultWriter(points, gateway, COLLECTION, rate);
                FaultSearcher searcher = new FaultSearcher(points, gateway, COLLECTION)) {
            writer.start();
            searcher.start();
            for (int kill = 1; kill <= kills; kill++) {
                TimeUnit.MILLISECONDS.sleep(RUN_MS_MIN + random.nextInt(RUN_MS_SPREAD));
                kill(kill, kills, searcher);
            }
            TimeUnit.MILLISECONDS.sleep(RUN_MS_MIN);
            writer.whilePaused(this::compareAll);
            if (example == null) {
                example = searcher.firstWrong();
            }
            return new FaultsReport(
                    kills,
                    taskManagerKills,
                    rescales,
                    writer.writes(),
                    rows,
                    lost,
                    duplicated + searcher.duplicates(),
                    resurrected,
                    wrong + searcher.wrong(),
                    searcher.rolledBack(),
                    searcher.committedHits(),
                    searcher.answered(),
                    searcher.partial(),
                    searcher.refused(),
                    unavailableMs,
                    example);
        }
    }

    private void kill(int number, int of, FaultSearcher searcher) throws InterruptedException {
        String what;
        long killed;
        if (number % 2 == 1 && stack.killTaskManager(random)) {
            killed = System.nanoTime();
            taskManagerKills++;
            what = "one TaskManager";
        } else {
            stack.killAll();
            killed = System.nanoTime();
            int before = parallelism;
            parallelism = 1 + random.nextInt(PARALLELISM_MAX);
            rescales += parallelism == before ? 0 : 1;
            what = "everything, " + before + " to " + parallelism + " shards";
            stack.up(parallelism);
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        // An answer to a request sent after the kill; one under way may still be answered.
        while (searcher.lastAnswerNanos() < killed || !isComplete()) {
            if (System.nanoTime() > deadline) {
                throw new OmenException(
                        ErrorCode.TIMEOUT,
                        "kill " + number + ": no search was answered in " + PATIENCE);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - killed);
        unavailableMs.add(ms);
        progress.accept(
                "kill %d of %d: %s; searchable again after %,d ms".formatted(number, of, what, ms));
    }

    /** A TaskManager that was killed is missed after a moment: until then nothing has recovered. */
    private boolean isComplete() throws InterruptedException {
        Answer answer = gateway.get("/collections/" + COLLECTION);
        return answer.isOk() && answer.body().path("shards").size() == parallelism;
    }

    private void compareAll(Map<String, @Nullable Long> acknowledged, List<String> tokens)
            throws InterruptedException {
        rows = acknowledged.values().stream().filter(Objects::nonNull).count();
        long counted = count(tokens);
        long found = 0;
        for (Map.Entry<String, @Nullable Long> expected : acknowledged.entrySet()) {
            String id = expected.getKey();
            Answer answer =
                    gateway.get(
                            "/collections/"
                                    + COLLECTION
                                    + "/points/"
                                    + id
                                    + "?include=vector,metadata");
            if (!answer.isOk() && answer.status() != NOT_FOUND) {
                require(answer, "point " + id);
            }
            found += answer.isOk() ? 1 : 0;
            compare(id, expected.getValue(), answer.isOk() ? answer.body() : null);
        }
        // Rows beyond those that can be asked for by id are second copies.
        duplicated += counted - found;
    }

    private void compare(String id, @Nullable Long write, @Nullable JsonNode point) {
        if (write == null && point == null) {
            return;
        }
        if (write == null) {
            resurrected++;
            example = "resurrected: " + point;
        } else if (point == null) {
            lost++;
            example = "lost: " + id + " of write " + write;
        } else if (point.path("metadata").path("n").asLong(-1) != write
                || !FaultSearcher.isAsWritten(points, id, point)) {
            wrong++;
            example = "wrong, write " + write + " expected: " + point;
        }
    }

    private long count(List<String> tokens) throws InterruptedException {
        ObjectNode body = GatewayCalls.JSON.createObjectNode();
        tokens.forEach(body.putObject("consistency").putArray("after")::add);
        body.put("timeout_ms", 10_000);
        Answer answer = gateway.post("/collections/" + COLLECTION + "/count", body);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!answer.isOk() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(200);
            answer = gateway.post("/collections/" + COLLECTION + "/count", body);
        }
        require(answer, "the count after everything that was acknowledged");
        return answer.body().path("count").asLong();
    }

    private static void require(Answer answer, String what) {
        if (!answer.isOk()) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    what + ": the gateway answered " + answer.status() + " " + answer.body());
        }
    }
}
