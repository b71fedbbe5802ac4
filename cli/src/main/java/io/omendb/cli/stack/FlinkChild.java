package io.omendb.cli.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.ingest.IngestionJob;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A JobManager or TaskManager as a child process, which ends when this one does. */
final class FlinkChild implements AutoCloseable {
    private static final long STOP_SECONDS = 10;
    private static final String MAIN = "io.omendb.flink.process.FlinkProcess";

    private final Process process;
    private final Path log;

    private FlinkChild(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /**
     * Starts one.
     *
     * @param role {@code jobmanager} or {@code taskmanager}
     * @param libraries folder of Flink's jars
     * @param configuration folder that holds {@code config.yaml}
     * @param scratch folder of its own, emptied first: one that was killed left there what it had
     *     unpacked and what its tasks can build again
     * @param log what it prints is appended here
     */
    static FlinkChild start(
            String role,
            Path libraries,
            Path configuration,
            String maxHeap,
            Path scratch,
            Path log) {
        StackDirectory.clear(scratch);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-Xmx" + maxHeap,
                        "-XX:+UseParallelGC",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:ErrorFile=" + log.resolveSibling("hs_err_pid%p.log"),
                        // As in the omen script.
                        "-XX:PerMethodTrapLimit=5000",
                        "-Djava.io.tmpdir=" + scratch,
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--add-opens",
                        "java.base/java.nio=ALL-UNNAMED",
                        "--add-opens",
                        "java.base/java.util=ALL-UNNAMED",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED"));
        if (Runtime.version().feature() >= 24) {
            command.addAll(
                    List.of(
                            "--sun-misc-unsafe-memory-access=allow",
                            "--enable-native-access=ALL-UNNAMED"));
        }
        command.addAll(
                List.of(
                        "-cp",
                        libraries + "/../omendb-flink-process.jar:" + libraries + "/*",
                        MAIN,
                        role,
                        "--configDir",
                        configuration.toString(),
                        "-Dio.tmp.dirs=" + scratch));
        try {
            Files.createDirectories(scratch);
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            // It is of another Kafka than the one that the job's arguments name.
            builder.environment().remove(IngestionJob.KAFKA_CONFIG_VARIABLE);
            return new FlinkChild(builder.start(), log);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "cannot start Flink's " + role + ": " + e, e);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** Why it ended, as far as its log tells. */
    String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.stream()
                    .filter(line -> line.startsWith("Caused by: ") || line.contains(" ERROR "))
                    .reduce((first, second) -> second)
                    .map(line -> line.strip() + "; see " + log)
                    .orElse("see " + log);
        } catch (IOException e) {
            return "see " + log;
        }
    }

    @Override
    public void close() {
        process.toHandle().destroy();
        try {
            process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            process.destroyForcibly();
        }
    }
}
