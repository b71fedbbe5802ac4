package io.omendb.connectors.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded broker is killed, orphaned and refused its port. */
class BrokerCrashIT {
    private static final List<String> VALUES =
            IntStream.range(0, 20_000).mapToObj(i -> "value-" + i).toList();

    @TempDir private Path directory;

    @Test
    void start_afterKill_hasAllAcknowledgedOnTheSamePort() throws Exception {
        String address;
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory))) {
            address = broker.bootstrapServers();
            Topic.create(address, "kept", Map.of()).produce(VALUES);
            broker.kill();
            assertThat(broker.isAlive()).isFalse();
        }

        try (BrokerProcess again = BrokerProcess.start(BrokerOptions.in(directory))) {
            assertThat(again.bootstrapServers()).isEqualTo(address);
            assertThat(new Topic(address, "kept").values()).isEqualTo(VALUES);
        }
    }

    @Test
    void start_afterTheParentWasKilled_hasAllAcknowledged() throws Exception {
        Process parent = startParent();
        long brokerPid;
        try (BufferedReader said = parent.inputReader(StandardCharsets.UTF_8)) {
            String[] line = said.readLine().split(" ");
            brokerPid = Long.parseLong(line[1]);
            Topic.create(line[0], "kept", Map.of()).produce(VALUES);
        } finally {
            parent.destroyForcibly();
        }

        try (BrokerProcess again = BrokerProcess.start(BrokerOptions.in(directory))) {
            assertThat(again.pid()).isNotEqualTo(brokerPid);
            assertThat(new Topic(again.bootstrapServers(), "kept").values()).isEqualTo(VALUES);
        }
    }

    private Process startParent() throws Exception {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        BrokerParent.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    @Test
    void interruptFromTheTerminal_isLeftToTheParent() throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory))) {
            String pid = Long.toString(broker.pid());
            assertThat(new ProcessBuilder("kill", "-INT", pid).start().waitFor()).isZero();
            Topic topic = Topic.create(broker.bootstrapServers(), "after", Map.of());
            topic.produce(List.of("still here"));
            assertThat(topic.values()).containsExactly("still here");
        }
    }

    @Test
    void close_twice_endsTheChildInOrder() throws Exception {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory));
        ProcessHandle child = ProcessHandle.of(broker.pid()).orElseThrow();
        awaitLogLine("Kafka Server started");

        broker.close();
        broker.close();

        assertThat(child.onExit().get(1, TimeUnit.SECONDS).isAlive()).isFalse();
        assertThat(directory.resolve("data/.kafka_cleanshutdown")).exists();
    }

    private void awaitLogLine(String text) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!Files.readString(directory.resolve("broker.log")).contains(text)) {
            assertThat(System.nanoTime()).as("deadline for: " + text).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    @Test
    void start_portInUse_namesThePort() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            BrokerOptions options = BrokerOptions.in(directory).withPort(taken.getLocalPort());
            assertThatThrownBy(() -> BrokerProcess.start(options))
                    .isInstanceOf(OmenException.class)
                    .hasMessageContaining("Port " + taken.getLocalPort())
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void start_brokenStorage_namesTheLogAndItsLastLines() throws Exception {
        Files.createDirectories(directory.resolve("data"));
        Files.writeString(directory.resolve("data/meta.properties"), "damaged");

        assertThatThrownBy(() -> BrokerProcess.start(BrokerOptions.in(directory)))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining(directory.resolve("broker.log").toString())
                .hasMessageContaining("exit code 1")
                .hasMessageContaining("node ID not found");
    }
}
