package io.omendb.cli;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.checkpoint.CheckpointServer;
import io.omendb.cli.stack.GatewayUrl;
import io.omendb.cli.stack.LocalStack;
import io.omendb.cli.stack.StackConfig;
import io.omendb.cli.stack.StackDirectory;
import io.omendb.cli.stack.StartupArchive;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Runs the stack until it is told to stop. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Start Kafka, Flink and the gateway on this machine.",
            "State survives in --dir: kill it and start it again, and nothing acknowledged is lost."
        })
final class UpCommand implements Callable<Integer> {
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);
    private static final long POLL_MS = 100;
    private static final long WATCH_MS = 1_000;

    /** Says to the process in the background that it is the one. */
    private static final String DETACHED = "omen.detached";

    @Mixin private StackOptions options = new StackOptions();

    @Option(
            names = "--taskmanagers",
            paramLabel = "N",
            description =
                    "Run Flink as a JobManager and N TaskManagers in processes of their own, and"
                            + " submit the job as a jar.")
    private @Nullable Integer taskManagers;

    @Option(
            names = "--from",
            paramLabel = "CHECKPOINT",
            description =
                    "Serve a completed checkpoint or native savepoint, read-only: no Kafka, no"
                            + " Flink, nothing in it is changed.")
    private @Nullable Path from;

    @Option(
            names = "--detach",
            description = "Start it in the background and return when it is ready.")
    private boolean detach;

    @Override
    public Integer call() throws Exception {
        StackConfig config = options.resolve(StackConfig.DIRECTORY_DEFAULT);
        if (taskManagers != null) {
            config = config.withTaskManagers(taskManagers);
        }
        if (from != null) {
            if (detach || taskManagers != null) {
                throw OmenException.malformed(
                        "--from runs here and without Flink: leave out --detach and"
                                + " --taskmanagers");
            }
            return serve(from, config);
        }
        return detach && !Boolean.getBoolean(DETACHED) ? startDetached(config) : runHere(config);
    }

    private static int serve(Path checkpoint, StackConfig config) throws InterruptedException {
        try (StopSignal stop = StopSignal.install()) {
            System.out.println("restoring " + checkpoint);
            try (CheckpointServer server =
                    CheckpointServer.start(
                            checkpoint, config.host(), config.port(), config.gateway())) {
                System.out.println(
                        "checkpoint is served, read-only: "
                                + GatewayUrl.of(server.scheme(), config.host(), server.port())
                                + "  (Ctrl-C stops it)");
                stop.await();
                System.out.println("stopping");
                return 0;
            }
        }
    }

    private static int runHere(StackConfig config) throws InterruptedException {
        try (StopSignal stop = StopSignal.install();
                LocalStack stack = LocalStack.start(config, System.out::println)) {
            awaitReady(stack, stop);
            if (!stop.isAsked()) {
                stack.announceReady();
                System.out.println("OmenDB is up: " + stack.url() + "  (Ctrl-C stops it)");
                try (StartupArchive unused =
                        StartupArchive.begin(Path.of(System.getProperty("omen.home", "")))) {
                    while (!stop.await(WATCH_MS)) {
                        failOn(stack);
                    }
                }
            }
            System.out.println("stopping");
            return 0;
        }
    }

    private static void awaitReady(LocalStack stack, StopSignal stop) throws InterruptedException {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        while (!stack.isReady()) {
            failOn(stack);
            if (System.nanoTime() > deadline) {
                throw new OmenException(
                        ErrorCode.TIMEOUT,
                        "OmenDB was not ready after " + READY_TIMEOUT.toSeconds() + " s");
            }
            if (stop.await(POLL_MS)) {
                return;
            }
        }
    }

    private static void failOn(LocalStack stack) throws InterruptedException {
        Optional<String> failure = stack.failure();
        if (failure.isPresent()) {
            throw new OmenException(ErrorCode.EXTERNAL, "OmenDB cannot go on: " + failure.get());
        }
    }

    private static int startDetached(StackConfig config) throws IOException, InterruptedException {
        Path directory = config.directory();
        checkFree(directory);
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "cannot write to directory " + directory.toAbsolutePath() + ": " + e,
                    e);
        }
        Path log = directory.resolve("omen.log");
        Process process =
                new ProcessBuilder(childCommand())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        // An interrupted terminal reaches this process only.
        Thread ending = new Thread(process::destroy, "omen-up-ending");
        Runtime.getRuntime().addShutdownHook(ending);
        boolean up = false;
        try {
            String url = awaitDetached(process, directory, log);
            up = Runtime.getRuntime().removeShutdownHook(ending);
            System.out.println(
                    "OmenDB is up: " + url + "  (process " + process.pid() + ", log " + log + ")");
            return 0;
        } finally {
            if (!up) {
                process.destroy();
            }
        }
    }

    /** Where it answers, once it is ready. */
    private static String awaitDetached(Process process, Path directory, Path log)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                throw new OmenException(
                        ErrorCode.EXTERNAL, "OmenDB did not start: " + lastLine(log));
            }
            Optional<StackDirectory.Running> running = StackDirectory.running(directory);
            if (running.isPresent()
                    && running.get().pid() == process.pid()
                    && running.get().ready()) {
                return running.get().url();
            }
        }
        throw new OmenException(ErrorCode.TIMEOUT, "OmenDB was not ready in time: see " + log);
    }

    /** Before the log is begun anew: it would be that of the one that has the directory. */
    private static void checkFree(Path directory) {
        Optional<StackDirectory.Running> running = StackDirectory.running(directory);
        if (running.isPresent()) {
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "OmenDB runs on "
                            + directory
                            + " already, process "
                            + running.get().pid()
                            + ", "
                            + running.get().url());
        }
        Optional<ProcessHandle> starting = StackDirectory.holder(directory);
        if (starting.isPresent()) {
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "OmenDB is starting on "
                            + directory
                            + ", process "
                            + starting.get().pid()
                            + ": wait for it, or stop it with ./omen down --dir "
                            + directory);
        }
    }

    /**
     * This very command line, in a session of its own where that can be had: else what ends the
     * terminal, or interrupts a script, would end it, too.
     */
    private static List<String> childCommand() {
        ProcessHandle.Info self = ProcessHandle.current().info();
        String java =
                self.command()
                        .orElseThrow(
                                () ->
                                        new OmenException(
                                                ErrorCode.EXTERNAL,
                                                "cannot tell which java this is"));
        List<String> command = new ArrayList<>();
        onPath("setsid").ifPresent(command::add);
        command.add(java);
        command.add("-D" + DETACHED + "=true");
        command.addAll(List.of(self.arguments().orElse(new String[0])));
        return command;
    }

    /** A program of the system, which stays the same process as it becomes the one it starts. */
    private static Optional<String> onPath(String program) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path file = Path.of(folder, program);
            if (!folder.isEmpty() && Files.isExecutable(file)) {
                return Optional.of(file.toString());
            }
        }
        return Optional.empty();
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.stream()
                .filter(line -> line.startsWith("omen: "))
                .reduce((first, second) -> second)
                .map(line -> line.substring("omen: ".length()))
                .orElse("see " + log);
    }
}
