package io.omendb.connectors.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.Kafka;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import sun.misc.Signal;

/**
 * The main class of the child JVM: formats the storage at the first start, then becomes the broker.
 *
 * <p>The parent holds the other end of standard input and never writes to it, so the end of the
 * stream means that the parent is gone, even by kill -9. The child then halts at once: what it
 * acknowledged is in the page cache, and a lingering broker would only block the next start.
 */
final class BrokerMain {
    private BrokerMain() {}

    public static void main(String[] args) throws IOException {
        BrokerDirectory directory = BrokerDirectory.create(Path.of(args[0]));
        String serverProperties = directory.serverProperties().toString();
        haltWithParent();
        // Ctrl-C reaches the whole terminal group; the parent decides when its broker stops.
        Signal.handle(new Signal("INT"), signal -> {});
        try (FileChannel lock = directory.lock().hold()) {
            if (!Files.exists(directory.data().resolve("meta.properties"))) {
                format(serverProperties);
            }
            Kafka.main(new String[] {serverProperties});
        }
    }

    private static void format(String serverProperties) {
        String[] command = {
            "format",
            "--ignore-formatted",
            "-t",
            Uuid.randomUuid().toString(),
            "-c",
            serverProperties
        };
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        int status = StorageTool.execute(command, new PrintStream(said, true, UTF_8));
        if (status != 0) {
            throw new IllegalStateException("Formatting failed: " + said.toString(UTF_8));
        }
    }

    private static void haltWithParent() {
        Thread watch = new Thread(BrokerMain::awaitEndOfInput, "omen-broker-parent-watch");
        watch.setDaemon(true);
        watch.start();
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException e) {
            // A broken pipe is the end of the stream too.
        } finally {
            Runtime.getRuntime().halt(1);
        }
    }
}
