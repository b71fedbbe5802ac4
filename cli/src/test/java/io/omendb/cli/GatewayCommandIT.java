package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.StackDirectory;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A second gateway, a process of its own that knows only Kafka's address and Flink's. */
@ExtendWith(SharedOmen.class)
class GatewayCommandIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void gatewayAlone_findsTheShardsOverRest(SharedOmen.Running shared, @TempDir Path dir)
            throws Exception {
        Path log = dir.resolve("gateway.log");
        StackDirectory.Running stack =
                StackDirectory.running(shared.omen().directory()).orElseThrow();
        Process process =
                RunningOmen.start(
                        log,
                        "gateway",
                        "--kafka",
                        stack.bootstrapServers(),
                        "--flink",
                        stack.flink(),
                        "--port",
                        "0");
        try {
            GatewayClient client = new GatewayClient(url(process, log));
            await(process, log, client::isReady);
            client.send(
                    "PUT",
                    "/collections/second-gateway",
                    JSON.readTree("{\"dimension\":2,\"metric\":\"l2\"}"));
            client.send(
                    "POST",
                    "/collections/second-gateway/points?wait=true",
                    JSON.readTree("{\"points\":[{\"id\":\"a\",\"vector\":[1,2]}]}"));
            JsonNode answer =
                    client.send(
                            "POST",
                            "/collections/second-gateway/search",
                            JSON.readTree("{\"vector\":[1,2],\"k\":5}"));
            assertThat(answer.path("hits")).hasSize(1);
            assertThat(answer.path("shards").path("answered").asInt()).isEqualTo(2);
        } finally {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    static String url(Process process, Path log) throws Exception {
        String marker = "gateway listens on ";
        await(process, log, () -> RunningOmen.read(log).contains(marker));
        Optional<String> line =
                RunningOmen.read(log).lines().filter(text -> text.startsWith(marker)).findFirst();
        return line.orElseThrow().substring(marker.length());
    }

    interface Condition {
        boolean holds() throws Exception;
    }

    static void await(Process process, Path log, Condition condition) throws Exception {
        await(
                () -> {
                    assertThat(process.isAlive()).as(() -> RunningOmen.read(log)).isTrue();
                    return condition.holds();
                },
                () -> RunningOmen.read(log));
    }

    /** Waits, for a minute at most. */
    static void await(Condition condition, Supplier<String> otherwise) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).as(otherwise).isLessThan(deadline);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
