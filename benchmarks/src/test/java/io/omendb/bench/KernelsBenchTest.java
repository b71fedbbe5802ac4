package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class KernelsBenchTest {
    @TempDir Path dir;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void kernels_only_measuresWhatMatchesAtEveryDimension() throws IOException {
        Path json = dir.resolve("out.json");
        assertThat(run("--only", "Distance.*dot", "--json", json.toString()))
                .as(err.toString())
                .isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("kernel").asText()).isNotEmpty();
        assertThat(report.get("benchmarks").findValuesAsText("params"))
                .containsExactlyInAnyOrder(
                        "dimension=96", "dimension=128", "dimension=768", "dimension=1536");
        for (JsonNode benchmark : report.get("benchmarks")) {
            assertThat(benchmark.get("benchmark").asText()).isEqualTo("DistanceBenchmark.dot");
            assertThat(benchmark.get("score").asDouble()).isPositive();
            assertThat(benchmark.get("unit").asText()).isEqualTo("ns/op");
        }
        assertThat(out.toString()).contains("DistanceBenchmark.dot");
    }

    @Test
    void kernels_onlyMatchesNothing_isAnError() {
        assertThat(run("--only", "nothing")).isNotZero();
        assertThat(err.toString().strip()).contains("--only: \"nothing\" matches no benchmark");
    }

    private int run(String... more) {
        String[] always = {
            "kernels", "-f", "0", "--warmup", "0", "--iterations", "1", "--seconds", "0.01"
        };
        String[] all = new String[always.length + more.length];
        System.arraycopy(always, 0, all, 0, always.length);
        System.arraycopy(more, 0, all, always.length, more.length);
        CommandLine command = BenchCommand.commandLine();
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(all);
    }
}
