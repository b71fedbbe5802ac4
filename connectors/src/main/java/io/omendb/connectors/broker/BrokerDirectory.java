package io.omendb.connectors.broker;

import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/**
 * What a broker keeps on disk.
 *
 * <pre>
 * server.properties   the configuration of the last start; its port is the port of the next one
 * broker.lock         locked by the living child; holds its process id
 * broker.log          what the child printed; broker.log.1 is the one before
 * data/               topics and the KRaft metadata log
 * </pre>
 */
record BrokerDirectory(Path path) {
    private static final String PORT = "omen.port";
    private static final long MAX_LOG_BYTES = 16L << 20;
    private static final int TAIL_LINES = 12;
    private static final int MAX_LINE_CHARS = 400;

    static BrokerDirectory create(Path path) throws IOException {
        Files.createDirectories(path);
        return new BrokerDirectory(path);
    }

    Path serverProperties() {
        return path.resolve("server.properties");
    }

    Path log() {
        return path.resolve("broker.log");
    }

    Path data() {
        return path.resolve("data");
    }

    /** The port of the last start in this directory. */
    Optional<Integer> lastPort() throws IOException {
        if (!Files.exists(serverProperties())) {
            return Optional.empty();
        }
        Properties last = new Properties();
        try (Reader reader = Files.newBufferedReader(serverProperties())) {
            last.load(reader);
        }
        return Optional.ofNullable(last.getProperty(PORT)).map(Integer::valueOf);
    }

    void writeServerProperties(Properties properties, int port) throws IOException {
        properties.setProperty(PORT, Integer.toString(port));
        StringWriter content = new StringWriter();
        properties.store(content, "Written by OmenDB at every start of the embedded broker.");
        replace(serverProperties(), content.toString());
    }

    /** In one step, so that a crash leaves the old content or the new one. */
    private void replace(Path file, String content) throws IOException {
        Path next = path.resolve(file.getFileName() + ".next");
        Files.writeString(next, content);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Held by a child as long as it lives; the kernel gives it back however the child ends. */
    BrokerLock lock() {
        return new BrokerLock(path.resolve("broker.lock"));
    }

    /** Keeps the log file small: a long one becomes {@code broker.log.1}. */
    void rollLog() throws IOException {
        if (logSize() > MAX_LOG_BYTES) {
            Path previous = path.resolve("broker.log.1");
            Files.move(log(), previous, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    long logSize() throws IOException {
        return Files.exists(log()) ? Files.size(log()) : 0;
    }

    /** The last lines written to the log file after its first {@code from} bytes. */
    String logTail(long from) {
        ByteBuffer bytes = ByteBuffer.allocate(TAIL_LINES * MAX_LINE_CHARS);
        try (var channel = Files.newByteChannel(log())) {
            channel.position(Math.max(from, channel.size() - bytes.capacity()));
            while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<String> lines =
                new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> !line.isBlank() && !line.startsWith("\tat "))
                        .toList();
        return String.join(
                "\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
