package io.omendb.cli;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.LocalStack;
import io.omendb.cli.stack.StackConfig;
import io.omendb.cli.stack.StackDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
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

    @Mixin private StackOptions options = new StackOptions();

    @Option(
            names = "--taskmanagers",
            paramLabel = "N",
            description =
                    "Run Flink as a JobManager and N TaskManagers in processes of their own, and submit the job as a jar.")
    private @Nullable Integer taskManagers;

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
        return detach ? startDetached(config) : runHere(config);
    }

    private static int runHere(StackConfig config) throws InterruptedException {
        CountDownLatch stopAsked = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook =
                new Thread(
                        () -> {
                            stopAsked.countDown();
                            awaitUninterrupted(stopped);
                        },
                        "omen-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try (LocalStack stack = LocalStack.start(config, System.out::println)) {
            GatewayClient client = new GatewayClient(stack.url());
            awaitReady(client, stack, stopAsked);
            if (stopAsked.getCount() > 0) {
                System.out.println("OmenDB is up: " + stack.url() + "  (Ctrl-C stops it)");
            }
            while (!stopAsked.await(WATCH_MS, TimeUnit.MILLISECONDS)) {
                failOn(stack);
            }
            System.out.println("stopping");
            return 0;
        } finally {
            stopped.countDown();
        }
    }

    private static void awaitReady(GatewayClient client, LocalStack stack, CountDownLatch stopAsked)
            throws InterruptedException {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        while (!client.isReady()) {
            failOn(stack);
            if (System.nanoTime() > deadline) {
                throw new OmenException(
                        ErrorCode.TIMEOUT,
                        "OmenDB was not ready after " + READY_TIMEOUT.toSeconds() + " s");
            }
            if (stopAsked.await(POLL_MS, TimeUnit.MILLISECONDS)) {
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
        Optional<StackDirectory.Running> already = StackDirectory.running(directory);
        if (already.isPresent()) {
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "OmenDB runs on "
                            + directory
                            + " already, process "
                            + already.get().pid()
                            + ", "
                            + already.get().url());
        }
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
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        while (System.nanoTime() < deadline) {
            if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
                throw new OmenException(
                        ErrorCode.EXTERNAL, "OmenDB did not start: " + lastLine(log));
            }
            Optional<StackDirectory.Running> running = StackDirectory.running(directory);
            if (running.isPresent()
                    && running.get().pid() == process.pid()
                    && new GatewayClient(running.get().url()).isReady()) {
                System.out.println(
                        "OmenDB is up: "
                                + running.get().url()
                                + "  (process "
                                + process.pid()
                                + ", log "
                                + log
                                + ")");
                return 0;
            }
        }
        process.destroy();
        throw new OmenException(ErrorCode.TIMEOUT, "OmenDB was not ready in time: see " + log);
    }

    /** This very command line, without --detach. */
    private static List<String> childCommand() {
        ProcessHandle.Info self = ProcessHandle.current().info();
        String java =
                self.command()
                        .orElseThrow(
                                () ->
                                        new OmenException(
                                                ErrorCode.EXTERNAL,
                                                "cannot tell which java this is"));
        List<String> command = new ArrayList<>(List.of(java));
        for (String argument : self.arguments().orElse(new String[0])) {
            if (!argument.equals("--detach")) {
                command.add(argument);
            }
        }
        return command;
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.stream()
                .filter(line -> line.startsWith("omen: "))
                .reduce((first, second) -> second)
                .map(line -> line.substring("omen: ".length()))
                .orElse("see " + log);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
