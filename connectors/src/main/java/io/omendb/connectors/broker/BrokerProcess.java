package io.omendb.connectors.broker;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.background.Niceness;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A real Kafka broker (KRaft, one node) as a child JVM, listening on the loopback interface only.
 *
 * <p>The child runs with the class path of this JVM, which must hold {@code kafka_2.13} and a log4j
 * binding. It dies with this JVM, also by kill -9, and a start in the same directory finds all that
 * was acknowledged.
 *
 * <p>Safe for use by several threads.
 */
public final class BrokerProcess implements AutoCloseable {
    /** Names a variable with more flags for the broker's JVM. */
    private static final String MORE_FLAGS = "OMEN_BROKER_JAVA_OPTS";

    private static final int MAX_STOP_SECONDS = 20;

    private final Process process;
    private final int port;

    private BrokerProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a broker and returns when it answers.
     *
     * @throws OmenException with {@code CONFLICT} where the directory is in use, with {@code
     *     EXTERNAL} where the port is taken or the child fails; the message names the log file
     */
    public static BrokerProcess start(BrokerOptions options) throws InterruptedException {
        try {
            BrokerDirectory directory = BrokerDirectory.create(options.directory());
            directory.lock().awaitReleased();
            int port = choosePort(options, directory);
            Properties server =
                    ServerProperties.of(directory.data(), port, freePortOtherThan(port));
            server.putAll(options.settings());
            directory.writeServerProperties(server, port);
            directory.rollLog();
            return launch(options, directory, port);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "The broker in %s could not be started: %s".formatted(options.directory(), e),
                    e);
        }
    }

    private static int choosePort(BrokerOptions options, BrokerDirectory directory)
            throws IOException, InterruptedException {
        if (options.port() == 0 && directory.lastPort().isEmpty()) {
            return LoopbackPort.free();
        }
        int port = options.port() != 0 ? options.port() : directory.lastPort().get();
        if (!LoopbackPort.awaitFree(port)) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "Port %d on %s is in use by another program; stop it or choose another port for the broker."
                            .formatted(port, LoopbackPort.ADDRESS));
        }
        return port;
    }

    private static int freePortOtherThan(int port) throws IOException {
        int other = LoopbackPort.free();
        return other != port ? other : freePortOtherThan(port);
    }

    private static BrokerProcess launch(BrokerOptions options, BrokerDirectory directory, int port)
            throws IOException, InterruptedException {
        long logStart = directory.logSize();
        Process process =
                new ProcessBuilder(command(options, directory))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.log().toFile()))
                        .start();
        try {
            BrokerReadiness.await(
                    process, port, () -> directory.logTail(logStart), directory.log());
            return new BrokerProcess(process, port);
        } catch (Throwable e) {
            process.destroyForcibly();
            throw e;
        }
    }

    private static List<String> command(BrokerOptions options, BrokerDirectory directory) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        java.toString(),
                        "-Xmx" + options.maxHeap(),
                        "-XX:+UseG1GC",
                        "-XX:MaxGCPauseMillis=20",
                        // Two fifths of the JVM's own: a broker does each thing some hundred times
                        // a second, so that it would run code that counts for its compiler, twice
                        // as slow, for minutes.
                        "-XX:Tier4InvocationThreshold=2000",
                        "-XX:Tier4MinInvocationThreshold=300",
                        "-XX:Tier4CompileThreshold=6000",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-XX:ErrorFile=" + directory.path().resolve("hs_err_pid%p.log"),
                        "-Djava.awt.headless=true",
                        "-Dlog4j2.configurationFile=classpath:io/omendb/connectors/broker/log4j2-broker.xml"));
        command.addAll(SharedClasses.flags());
        command.addAll(moreFlags(System.getenv(MORE_FLAGS)));
        command.addAll(
                List.of(
                        "-cp",
                        absoluteClassPath(),
                        BrokerMain.class.getName(),
                        directory.path().toString()));
        return Niceness.command(Niceness.DEFAULT, command);
    }

    private static List<String> moreFlags(@Nullable String flags) {
        return flags == null || flags.isBlank() ? List.of() : List.of(flags.trim().split("\\s+"));
    }

    private static String absoluteClassPath() {
        return String.join(
                File.pathSeparator,
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
                        .map(
                                entry ->
                                        entry.endsWith("*")
                                                ? entry
                                                : Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }

    /** Where clients connect: {@code 127.0.0.1:port}. */
    public String bootstrapServers() {
        return LoopbackPort.ADDRESS + ":" + port;
    }

    /** The process id of the child. */
    public long pid() {
        return process.pid();
    }

    /** Whether the child is running. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Ends the child as kill -9 does and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /** Stops the broker in order, by force if it takes longer than 20 seconds. */
    @Override
    public void close() {
        // Process.destroy() would close the child's standard input, which tells it to halt.
        process.toHandle().destroy();
        try {
            process.waitFor(MAX_STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            kill();
        }
    }
}
