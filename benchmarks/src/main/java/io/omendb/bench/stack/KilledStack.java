package io.omendb.bench.stack;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** {@code ./omen up} as a process, which is killed and started again. */
public final class KilledStack implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofMinutes(3);
    private static final long POLL_MS = 50;

    /** Lines. */
    private static final int LAST_WORDS = 5;

    private final Path home;
    private final Path directory;
    private final int port;
    private final int taskManagers;
    private final long checkpointMs;
    private @Nullable Process process;

    private KilledStack(Path home, Path directory, int port, int taskManagers, long checkpointMs) {
        this.home = home;
        this.directory = directory;
        this.port = port;
        this.taskManagers = taskManagers;
        this.checkpointMs = checkpointMs;
    }

    /**
     * A stack that is not started yet.
     *
     * @param taskManagers TaskManager processes; 0 for Flink in one process
     * @param checkpointMs time between checkpoints
     */
    public static KilledStack in(Path directory, int taskManagers, long checkpointMs) {
        String home = System.getProperty("omen.home");
        if (home == null) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "this benchmark starts ./omen up: run it with ./omen");
        }
        try (ServerSocket free = new ServerSocket(0)) {
            Files.createDirectories(directory);
            return new KilledStack(
                    Path.of(home), directory, free.getLocalPort(), taskManagers, checkpointMs);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot use " + directory + ": " + e, e);
        }
    }

    /** Where the gateway answers. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** What the stack says of itself: its process, its addresses. */
    public JsonNode running() {
        try {
            return GatewayCalls.JSON.readTree(directory.resolve("data/running.json").toFile());
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "the stack does not run: " + e, e);
        }
    }

    private Path log() {
        return directory.resolve("omen.log");
    }

    /** Starts it with this many shards and waits until it is ready. */
    public void up(int parallelism) throws InterruptedException {
        try {
            Path config = directory.resolve("omen.yaml");
            Files.writeString(
                    config,
                    "parallelism: "
                            + parallelism
                            + "\ncheckpoint_interval_ms: "
                            + checkpointMs
                            + "\ntaskmanagers: "
                            + taskManagers
                            + "\n");
            process =
                    new ProcessBuilder(
                                    home.resolve("omen").toString(),
                                    "up",
                                    "--config",
                                    config.toString(),
                                    "--port",
                                    Integer.toString(port),
                                    "--dir",
                                    directory.resolve("data").toString())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                            .start();
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot start ./omen up: " + e, e);
        }
        awaitReady();
    }

    /** Waits until all shards answer. */
    public void awaitReady() throws InterruptedException {
        GatewayCalls gateway = new GatewayCalls(url());
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (!gateway.get("/health/ready").isOk()) {
            if (process == null || !process.isAlive()) {
                throw new OmenException(ErrorCode.EXTERNAL, "./omen up ended: " + lastWords());
            }
            if (System.nanoTime() > deadline) {
                throw new OmenException(
                        ErrorCode.TIMEOUT,
                        "not ready after " + START_TIMEOUT.toSeconds() + " s: " + lastWords());
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    /** The end of the log: the folder it is in may be gone when somebody wants to look. */
    private String lastWords() {
        try (Stream<String> lines = Files.lines(log())) {
            List<String> all = lines.filter(line -> !line.isBlank()).toList();
            return all.isEmpty()
                    ? "it said nothing"
                    : String.join(
                            "\n", all.subList(Math.max(0, all.size() - LAST_WORDS), all.size()));
        } catch (IOException | UncheckedIOException e) {
            return "see " + log() + ": " + e;
        }
    }

    /** Everything at once: broker, Flink, gateway. */
    public void killAll() throws InterruptedException {
        if (process == null) {
            return;
        }
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle handle : all) {
            while (handle.isAlive()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
    }

    /**
     * Stops Flink and the gateway where they are; the broker goes on. Needs one process for both.
     */
    void pause() throws InterruptedException {
        signal("-STOP");
    }

    /** Lets them go on. */
    void resume() throws InterruptedException {
        signal("-CONT");
    }

    private void signal(String name) throws InterruptedException {
        String pid = running().path("pid").asText();
        try {
            int exit = new ProcessBuilder("kill", name, pid).start().waitFor();
            if (exit != 0) {
                throw new OmenException(ErrorCode.EXTERNAL, "kill " + name + " " + pid + " failed");
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "no program kill: " + e, e);
        }
    }

    /** One TaskManager; false if Flink has no processes of its own. */
    boolean killTaskManager(Random random) {
        if (process == null) {
            return false;
        }
        List<ProcessHandle> taskManagersNow =
                process.descendants().filter(KilledStack::isTaskManager).toList();
        if (taskManagersNow.isEmpty()) {
            return false;
        }
        return taskManagersNow.get(random.nextInt(taskManagersNow.size())).destroyForcibly();
    }

    private static boolean isTaskManager(ProcessHandle handle) {
        Optional<String[]> arguments = handle.info().arguments();
        return arguments.isPresent() && Arrays.asList(arguments.get()).contains("taskmanager");
    }

    @Override
    public void close() throws InterruptedException {
        killAll();
    }
}
