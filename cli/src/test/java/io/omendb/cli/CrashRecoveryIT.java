package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.checkpoint.CheckpointServer;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.StackConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} of broker, Flink and gateway in mid-stream, then {@code up} again: what was
 * acknowledged is there, once, with its latest value.
 */
class CrashRecoveryIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String POINTS = "/collections/crash/points";
    private static final int DIMENSION = 64;
    private static final int IDS = 400;
    private static final int BATCH = 20;
    private static final int KILLS = 2;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** Version 0 is deleted. */
    private final Map<String, Integer> acknowledged = new TreeMap<>();

    /** Written but not acknowledged when the process was killed: may or may not have happened. */
    private final Map<String, Integer> uncertain = new HashMap<>();

    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private int version;

    @Test
    void killedInMidStream_upAgain_nothingIsLostOrTwice(@TempDir Path dir) throws Exception {
        Path data = dir.resolve("data");
        RunningOmen omen = RunningOmen.up(data);
        try {
            omen.client.send(
                    "PUT",
                    "/collections/crash",
                    JSON.readTree(
                            "{\"dimension\":64,\"metric\":\"l2\",\"fields\":{\"v\":\"long\"}}"));
            for (int kill = 0; kill < KILLS; kill++) {
                writeThenKill(omen);
                omen = RunningOmen.up(data);
                verify(omen);
            }
            // The next one may have begun before the last write was applied; only one runs at a
            // time.
            awaitNextCheckpoint(data.resolve("checkpoints"));
            awaitNextCheckpoint(data.resolve("checkpoints"));
        } finally {
            omen.close();
        }
        readWithoutAJob(data.resolve("checkpoints"));
        damageSharedFiles(data.resolve("checkpoints"));
        Path log = dir.resolve("damaged.log");
        Process failing = RunningOmen.start(log, "up", "--port", "0", "--dir", data.toString());
        try {
            assertThat(failing.waitFor(90, TimeUnit.SECONDS)).as(RunningOmen.read(log)).isTrue();
        } finally {
            failing.destroyForcibly();
        }
        assertThat(failing.exitValue()).isNotZero();
        assertThat(RunningOmen.read(log).lines().filter(line -> line.startsWith("omen: ")))
                .as(RunningOmen.read(log))
                .singleElement()
                .asString()
                .containsPattern("(vectors.arrow|metadata.parquet) is damaged");
    }

    /**
     * Writes from this thread; another kills the processes at a random moment, mid-request as
     * likely as not.
     */
    private void writeThenKill(RunningOmen omen) throws Exception {
        long killAfterNanos = TimeUnit.MILLISECONDS.toNanos(2_000 + random.nextInt(4_000));
        AtomicBoolean killed = new AtomicBoolean();
        Thread killer =
                new Thread(
                        () -> {
                            long due = System.nanoTime() + killAfterNanos;
                            while (System.nanoTime() < due) {
                                LockSupport.parkNanos(due - System.nanoTime());
                            }
                            killed.set(true);
                            try {
                                omen.kill();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        },
                        "killer");
        killer.start();
        try {
            while (true) {
                writeBatch(omen);
            }
        } catch (OmenException e) {
            assertThat(killed)
                    .as("seed %d: failed before the kill: %s", seed, e.getMessage())
                    .isTrue();
        } finally {
            killer.join();
        }
    }

    private void writeBatch(RunningOmen omen) throws InterruptedException {
        version++;
        Map<String, Integer> batch = new HashMap<>();
        boolean delete = random.nextInt(6) == 0;
        ObjectNode body = JSON.createObjectNode();
        ArrayNode list = body.putArray(delete ? "ids" : "points");
        for (int i = 0; i < BATCH; i++) {
            String id = "id-" + random.nextInt(IDS);
            if (batch.put(id, delete ? 0 : version) == null) {
                if (delete) {
                    list.add(id);
                } else {
                    ObjectNode point = list.addObject().put("id", id);
                    vector(version).forEach(point.putArray("vector")::add);
                    point.putObject("metadata").put("v", version);
                }
            }
        }
        uncertain.putAll(batch);
        omen.client.send("POST", delete ? POINTS + "/delete" : POINTS, body);
        acknowledged.putAll(batch);
        uncertain.keySet().removeAll(batch.keySet());
    }

    private void verify(RunningOmen omen) throws Exception {
        Map<String, Integer> found = new TreeMap<>();
        int count;
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        do {
            assertThat(System.nanoTime())
                    .as("seed %d: expected %s, found %s", seed, acknowledged, found)
                    .isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
            found = everything(omen.client);
            count =
                    omen.client
                            .send("POST", "/collections/crash/count", JSON.createObjectNode())
                            .path("count")
                            .asInt();
        } while (!matches(found) || count != found.size());
        // What was uncertain has now happened or not.
        for (String id : Set.copyOf(uncertain.keySet())) {
            acknowledged.put(id, found.getOrDefault(id, 0));
        }
        uncertain.clear();
    }

    private boolean matches(Map<String, Integer> found) {
        Set<String> ids = new HashSet<>(acknowledged.keySet());
        ids.addAll(uncertain.keySet());
        ids.addAll(found.keySet());
        return ids.stream()
                .allMatch(
                        id -> {
                            int is = found.getOrDefault(id, 0);
                            return is == acknowledged.getOrDefault(id, 0)
                                    || (uncertain.containsKey(id) && is == uncertain.get(id));
                        });
    }

    /**
     * Every point, by a search that asks for more than there are; an id that comes twice fails
     * here.
     */
    private Map<String, Integer> everything(GatewayClient client) throws Exception {
        JsonNode answer =
                client.send(
                        "POST",
                        "/collections/crash/search",
                        JSON.createObjectNode()
                                .put("k", 1000)
                                .put("exact", true)
                                // What was written, acknowledged or not, is decided then.
                                .put("consistency", "strong")
                                .put("timeout_ms", 60_000)
                                .<ObjectNode>set("vector", JSON.valueToTree(vector(0)))
                                .set("include", JSON.readTree("[\"id\",\"metadata\",\"vector\"]")));
        Map<String, Integer> found = new TreeMap<>();
        for (JsonNode hit : answer.path("hits")) {
            int v = hit.path("metadata").path("v").asInt();
            assertThat(hit.path("vector").get(0).asInt()).as("seed %d", seed).isEqualTo(v);
            assertThat(found.put(hit.path("id").asText(), v))
                    .as("seed %d: twice %s", seed, hit)
                    .isNull();
        }
        return found;
    }

    /** The last checkpoint behind the gateway's API: nothing runs, and nothing can be written. */
    private void readWithoutAJob(Path checkpoints) throws Exception {
        Path latest =
                completed(checkpoints).stream()
                        .max(Comparator.comparingLong(file -> file.toFile().lastModified()))
                        .orElseThrow()
                        .getParent();
        try (CheckpointServer server =
                CheckpointServer.start(latest, "127.0.0.1", 0, StackConfig.DEFAULT.gateway())) {
            GatewayClient client = new GatewayClient("http://127.0.0.1:" + server.port());
            assertThat(client.isReady()).isTrue();
            Map<String, Integer> found = everything(client);
            assertThat(matches(found))
                    .as("seed %d: %s holds %s, not %s", seed, latest, found, acknowledged)
                    .isTrue();
            JsonNode described = client.send("GET", "/collections/crash", null);
            assertThat(described.path("vectors").asInt()).isEqualTo(found.size());
            for (JsonNode shard : described.path("shards")) {
                assertThat(shard.path("lag_records").asInt()).isZero();
            }
            ObjectNode point = JSON.createObjectNode();
            point.putArray("points").addObject().put("id", "new");
            assertThatThrownBy(() -> client.send("POST", POINTS, point))
                    .isInstanceOf(OmenException.class)
                    .hasMessageContaining("can only be read")
                    .extracting(e -> ((OmenException) e).code())
                    .isEqualTo(ErrorCode.FORBIDDEN);
        }
    }

    private static List<Integer> vector(int first) {
        List<Integer> vector = new ArrayList<>(Collections.nCopies(DIMENSION, 1));
        vector.set(0, first);
        return vector;
    }

    private static void awaitNextCheckpoint(Path checkpoints) throws IOException {
        long asked = System.currentTimeMillis();
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (completed(checkpoints).stream()
                .noneMatch(file -> file.toFile().lastModified() > asked)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** All of them: some may belong to checkpoints that a kill left unfinished. */
    private static void damageSharedFiles(Path checkpoints) throws IOException {
        List<Path> files = files(checkpoints, path -> path.toString().contains("/shared/"));
        assertThat(files).isNotEmpty();
        for (Path file : files) {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        }
    }

    /** Not those still being written: their names contain this one, and their times change. */
    private static List<Path> completed(Path checkpoints) throws IOException {
        return files(checkpoints, path -> path.endsWith("_metadata"));
    }

    private static List<Path> files(Path below, Predicate<Path> which) throws IOException {
        try (Stream<Path> walk = Files.walk(below)) {
            return walk.filter(which).filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException e) {
            // Flink deletes old checkpoints meanwhile.
            return List.of();
        }
    }
}
