package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bench stream}, {@code bench runbook} and {@code bench filter}, small. */
class StreamingBenchTest {
    private static final int ROWS = 3000;

    @TempDir Path dir;

    private Path base;
    private Path query;
    private Path json;
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeVectors() throws IOException {
        base = TestVectors.fvecs(dir.resolve("base.fvecs"), TestVectors.random(ROWS, 20, 1));
        query = TestVectors.fvecs(dir.resolve("query.fvecs"), TestVectors.random(15, 20, 2));
        json = dir.resolve("out.json");
    }

    private int run(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--base", base.toString(), "--query", query.toString()));
        return BenchCommand.commandLine()
                .setOut(new PrintWriter(new StringWriter()))
                .setErr(new PrintWriter(err))
                .execute(all.toArray(String[]::new));
    }

    @Test
    void stream_fixedRate_reportsEveryKey() throws IOException {
        int exit =
                run(
                        "stream",
                        "--rate",
                        "2000",
                        "--seconds",
                        "2",
                        "--preload",
                        "1000",
                        "--json",
                        json.toString());
        assertThat(exit).as(err.toString()).isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("layer").asText()).isEqualTo("shard");
        // Rows wrapped around with new ids. How many a busy machine gets to in two seconds is not
        // for a test to say.
        assertThat(report.get("rows").asInt()).isBetween(2000, 5000);
        assertThat(report.get("recall_at_10").asDouble()).isGreaterThan(0.99);
        assertThat(report.get("recall_at_10_newest").asDouble()).isGreaterThan(0.99);
        for (String key :
                new String[] {
                    "rate", "achieved_per_s", "p99_ratio", "freshness_p50_ms", "freshness_p99_ms"
                }) {
            assertThat(report.get(key).asDouble()).as(key).isPositive();
        }
        for (String phase : new String[] {"rest", "during"}) {
            assertThat(report.get(phase).get("p50_us").asDouble()).isPositive();
            assertThat(report.get(phase).get("p99_us").asDouble()).isPositive();
        }
    }

    @Test
    void stream_badOptions_areOneLine() {
        assertThat(run("stream", "--rate", "fast", "--seconds", "1")).isNotZero();
        assertThat(err.toString())
                .contains("--rate: found \"fast\", expected a number above 0 or max");
        assertThat(run("stream", "--rate", "9", "--seconds", "1", "--layer", "moon")).isNotZero();
        assertThat(err.toString()).contains("--layer: found \"moon\"");
    }

    @Test
    void runbook_allOperations_keepRecall() throws IOException {
        Path book = dir.resolve("book.yaml");
        Files.writeString(
                book,
                """
                tiny:
                  max_pts: 2000
                  gt_url: "none"
                  1: {operation: "insert", start: 0, end: 2000}
                  2: {operation: "search"}
                  3: {operation: "delete", start: 0, end: 1500}
                  4: {operation: "replace", tags_start: 1500, tags_end: 1600, ids_start: 2000, ids_end: 2100}
                  5: {operation: "search"}
                """);
        int exit =
                run(
                        "runbook",
                        "--runbook",
                        book.toString(),
                        "--dataset",
                        "tiny",
                        "--json",
                        json.toString());
        assertThat(exit).as(err.toString()).isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("steps")).hasSize(5);
        assertThat(report.get("steps").get(1).get("rows").asInt()).isEqualTo(2000);
        assertThat(report.get("steps").get(4).get("rows").asInt()).isEqualTo(500);
        assertThat(report.get("recall_at_10_min").asDouble()).isEqualTo(1);
        assertThat(report.get("recall_at_10_mean").asDouble()).isEqualTo(1);
        assertThat(report.get("memory_bytes").asLong()).isPositive();
    }

    @Test
    void runbook_wrong_namesStepAndField() throws IOException {
        Path book = dir.resolve("book.yaml");
        Files.writeString(book, "tiny:\n  1: {operation: insert, start: 0}\n");
        assertThat(run("runbook", "--runbook", book.toString(), "--dataset", "tiny")).isNotZero();
        assertThat(err.toString()).contains("step 1: end: found nothing, expected a whole number");
        assertThat(run("runbook", "--runbook", book.toString(), "--dataset", "big")).isNotZero();
        assertThat(err.toString()).contains("found no dataset \"big\"");
        Files.writeString(
                book,
                "tiny:\n  1: {operation: search}\n  3: {operation: insert, start: 0, end: 9}\n");
        assertThat(run("runbook", "--runbook", book.toString(), "--dataset", "tiny")).isNotZero();
        assertThat(err.toString()).contains("tiny has no step 2");
        Files.writeString(
                book,
                "tiny:\n  1: {operation: insert, start: 0, end: 9999}\n  2: {operation: search}\n");
        assertThat(run("runbook", "--runbook", book.toString(), "--dataset", "tiny")).isNotZero();
        assertThat(err.toString()).contains("step 1: asks for vector 9998");
    }

    @Test
    void filter_everySelectivity_findsWhatMatches() throws IOException {
        StringBuilder csv = new StringBuilder("image,scale\n");
        for (int i = 0; i < ROWS; i++) {
            csv.append(i / 100).append(',').append(i * 7919 % ROWS / 100.0).append('\n');
        }
        Path metadata = dir.resolve("meta.csv");
        Files.writeString(metadata, csv);
        int exit =
                run(
                        "filter",
                        "--metadata",
                        metadata.toString(),
                        "--seconds",
                        "0.05",
                        "--json",
                        json.toString());
        assertThat(exit).as(err.toString()).isZero();
        JsonNode report = new ObjectMapper().readTree(json.toFile());
        assertThat(report.get("points")).hasSize(10);
        for (JsonNode point : report.get("points")) {
            assertThat(point.get("recall_at_10").asDouble()).isEqualTo(1);
            // Of so few rows there may be none for which two conditions hold that seldom do.
            boolean both = point.get("filter").asText().contains("low");
            assertThat(point.get("selectivity").asDouble()).isGreaterThan(both ? -1 : 0);
        }
        assertThat(report.get("unfiltered").get("recall_at_10").asDouble()).isEqualTo(1);
        Files.writeString(metadata, "image,scale\n1,2\n");
        assertThat(run("filter", "--metadata", metadata.toString())).isNotZero();
        assertThat(err.toString()).contains("line 3: found 0 values, expected 2");
    }
}
