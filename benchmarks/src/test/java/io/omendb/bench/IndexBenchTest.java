package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class IndexBenchTest {
    @TempDir Path dir;
    private Path base;
    private Path query;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeVectors() throws IOException {
        base = TestVectors.fvecs(dir.resolve("base.fvecs.gz"), TestVectors.random(3000, 20, 1));
        query = TestVectors.fvecs(dir.resolve("query.fvecs"), TestVectors.random(15, 20, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"l2", "cosine", "dot"})
    void index_flat_findsAllAndWritesEveryKey(String metric) throws IOException {
        Path json = dir.resolve("out.json");
        int exit =
                run(
                        "--index",
                        "flat",
                        "--metric",
                        metric,
                        "--threads",
                        "2",
                        "--json",
                        json.toString());
        assertThat(exit).as(err.toString()).isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("rows").asInt()).isEqualTo(3000);
        assertThat(report.get("dimension").asInt()).isEqualTo(20);
        assertThat(report.get("index").asText()).isEqualTo("flat");
        assertThat(report.get("threads").asInt()).isEqualTo(2);
        assertThat(report.get("java").asText()).isNotEmpty();
        assertThat(report.get("build_rows_per_s").asDouble()).isPositive();
        assertThat(report.get("memory_bytes").asLong()).isPositive();
        assertThat(report.has("index_bytes_per_row")).isTrue();
        JsonNode point = report.get("points").get(0);
        assertThat(point.get("params").asText()).isEqualTo("exact");
        assertThat(point.get("recall_at_10").asDouble()).isEqualTo(1);
        for (String key :
                new String[] {"mean_us", "p50_us", "p99_us", "queries_per_s", "ns_per_vector"}) {
            assertThat(point.get(key).asDouble()).as(key).isPositive();
        }
        assertThat(out.toString()).contains("recall@10").contains("exact");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "2"})
    void index_ivf_isWhatIsBuiltWhereNothingIsSaid(String threads) throws IOException {
        Path json = dir.resolve("out.json");
        int exit = run("--threads", threads, "--json", json.toString());
        assertThat(exit).as(err.toString()).isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("index").asText()).isEqualTo("ivf");
        for (JsonNode point : report.get("points")) {
            // 3,000 rows are searched flat.
            assertThat(point.get("recall_at_10").asDouble()).isEqualTo(1);
        }
    }

    @Test
    void index_rows_limitsWhatIsIndexed() throws IOException {
        Path json = dir.resolve("out.json");
        assertThat(run("--rows", "100", "--json", json.toString())).isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("rows").asInt()).isEqualTo(100);
        assertThat(report.get("points").get(0).get("recall_at_10").asDouble()).isEqualTo(1);
    }

    @Test
    void index_whatCannotBe_isOneLineAndNotZero() throws IOException {
        assertThat(run("--index", "hnsw")).isNotZero();
        assertThat(err.toString().strip())
                .isEqualTo("--index: found \"hnsw\", expected one of flat, ivf");
        err.getBuffer().setLength(0);
        assertThat(run("--metric", "l1")).isNotZero();
        assertThat(err.toString().strip()).startsWith("metric: found \"l1\"");
        err.getBuffer().setLength(0);
        query = TestVectors.fvecs(dir.resolve("other.fvecs"), new float[3][7]);
        assertThat(run()).isNotZero();
        assertThat(err.toString().strip()).contains("found 3 rows of dimension 7").contains("20");
    }

    private int run(String... more) {
        String[] all = new String[more.length + 7];
        String[] always = {
            "index", "--base", base.toString(), "--query", query.toString(), "--seconds", "0.05"
        };
        System.arraycopy(always, 0, all, 0, always.length);
        System.arraycopy(more, 0, all, always.length, more.length);
        CommandLine command = BenchCommand.commandLine();
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(all);
    }
}
