package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.StackDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** {@code ./omen up} as a process of its own, so that it can be killed like one. */
final class RunningOmen implements AutoCloseable {
    /**
     * For processes that end before what they compiled would have paid: starting them is most of
     * what these tests do.
     */
    static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(120);

    private final Process process;
    private final Path directory;
    final GatewayClient client;
    final String url;

    private RunningOmen(Process process, Path directory, String url) {
        this.process = process;
        this.directory = directory;
        this.url = url;
        this.client = new GatewayClient(url);
    }

    /** Starts it on any free port and waits until it is ready. */
    static RunningOmen up(Path directory, String... options) throws Exception {
        Path log = directory.resolveSibling(directory.getFileName() + ".log");
        List<String> arguments =
                new ArrayList<>(List.of("up", "--port", "0", "--dir", directory.toString()));
        arguments.addAll(List.of(options));
        Process process = start(log, arguments.toArray(String[]::new));
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            assertThat(process.isAlive()).as(() -> read(log)).isTrue();
            assertThat(System.nanoTime()).as(() -> read(log)).isLessThan(deadline);
            Optional<StackDirectory.Running> running = StackDirectory.running(directory);
            if (running.isPresent()
                    && running.get().pid() == process.pid()
                    && new GatewayClient(running.get().url()).isReady()) {
                return new RunningOmen(process, directory, running.get().url());
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    /** Runs a command line; its output goes to a file. */
    static Process start(Path log, String... arguments) throws IOException {
        return start(log, Map.of(), arguments);
    }

    /** The same with more in its environment. */
    static Process start(Path log, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(
                List.of(
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--add-opens",
                        "java.base/java.nio=ALL-UNNAMED",
                        "--add-opens",
                        "java.base/java.util=ALL-UNNAMED",
                        "--add-opens",
                        "java.base/java.lang=ALL-UNNAMED",
                        "-Xmx1g",
                        SHORT_LIVED,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Omen.class.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        return builder.start();
    }

    static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** {@code kill -9} of the whole tree, parent first, so that nothing can tidy up. */
    void kill() throws InterruptedException {
        List<ProcessHandle> tree =
                process.descendants().collect(Collectors.toCollection(ArrayList::new));
        tree.add(0, process.toHandle());
        tree.forEach(ProcessHandle::destroyForcibly);
        for (ProcessHandle handle : tree) {
            handle.onExit().join();
        }
        process.waitFor();
    }

    Path directory() {
        return directory;
    }

    @Override
    public void close() throws Exception {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            kill();
        }
    }
}
