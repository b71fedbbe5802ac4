package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's curl walk, word for word but for the port, and the ingest and search commands after
 * it.
 */
@ExtendWith(SharedOmen.class)
class ReadmeIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void curlWalk_asWritten_works(SharedOmen.Running shared, @TempDir Path dir) throws Exception {
        List<String> commands = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("..", "README.md"))) {
            if (line.startsWith("$ curl")) {
                commands.add(line.substring(2));
            }
        }
        assertThat(commands).hasSize(10);
        RunningOmen omen = shared.omen();
        String address = omen.url.substring("http://".length());
        List<JsonNode> answers = new ArrayList<>();
        for (String command : commands) {
            answers.add(curl(command.replace("localhost:8080", address)));
        }
        assertThat(answers.get(0).path("topic").asText()).isEqualTo("omen.products");
        assertThat(answers.get(1).path("accepted").asInt()).isEqualTo(3);
        assertThat(answers.get(1).path("tokens")).isNotEmpty();
        JsonNode hits = answers.get(2).path("hits");
        assertThat(hits)
                .extracting(hit -> hit.path("id").asText())
                .containsExactly("sandals", "grinder");
        assertThat(hits.get(0).path("metadata").path("price").asInt()).isEqualTo(39);
        JsonNode words = answers.get(3).path("hits");
        assertThat(words).hasSize(1);
        assertThat(words.get(0).path("id").asText()).isEqualTo("sandals");
        assertThat(words.get(0).path("text").asText()).contains("beach");
        assertThat(answers.get(4).path("hits"))
                .extracting(hit -> hit.path("id").asText())
                .containsExactly("boots", "sandals");
        assertThat(answers.get(5).path("accepted").asInt()).isOne();
        assertThat(answers.get(6).path("id").asText()).isEqualTo("boots");
        assertThat(answers.get(6).path("vector")).hasSize(4);
        assertThat(answers.get(6).path("metadata"))
                .hasToString("{\"category\":\"shoes\",\"price\":99,\"on_sale\":true}");
        assertThat(answers.get(7).path("count").asInt()).isEqualTo(2);
        assertThat(answers.get(8).path("tokens")).isNotEmpty();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (curl(commands.get(9).replace("localhost:8080", address)).path("vectors").asInt()
                != 2) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
        ingestAndSearch(omen, dir);
    }

    private static void ingestAndSearch(RunningOmen omen, Path dir) throws Exception {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1200; i++) {
            lines.append("{\"id\":\"n")
                    .append(i)
                    .append("\",\"vector\":[0,")
                    .append(i)
                    .append(",1,1]}\n");
        }
        Path points = Files.writeString(dir.resolve("points.ndjson"), lines);
        Path log = dir.resolve("ingest.log");
        Process ingest =
                RunningOmen.start(
                        log,
                        "ingest",
                        "--url",
                        omen.url,
                        "--collection",
                        "products",
                        points.toString());
        assertThat(ingest.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(ingest.exitValue()).as(RunningOmen.read(log)).isZero();
        assertThat(RunningOmen.read(log)).contains("1,200 points");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (omen.client.send("GET", "/collections/products", null).path("vectors").asInt()
                != 1202) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
        Path found = dir.resolve("search.log");
        Process search =
                RunningOmen.start(
                        found,
                        "search",
                        "--url",
                        omen.url,
                        "--collection",
                        "products",
                        "--like",
                        "n5",
                        "-k",
                        "3");
        assertThat(search.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(search.exitValue()).as(RunningOmen.read(found)).isZero();
        assertThat(RunningOmen.read(found)).contains("n5").contains("3 hits in");
    }

    private static JsonNode curl(String command) throws Exception {
        Process process =
                new ProcessBuilder("bash", "-c", command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(command + "\n" + output).isZero();
        return JSON.readTree(output);
    }
}
