package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.util.Version;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PeersBenchTest {
    private static final int ROWS = 2000;

    @TempDir Path dir;
    private Path base;
    private Path query;
    private final PeersBench bench = new PeersBench();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void writeVectors() throws IOException {
        base = TestVectors.fvecs(dir.resolve("base.fvecs"), TestVectors.random(ROWS, 16, 1));
        query = TestVectors.fvecs(dir.resolve("query.fvecs"), TestVectors.random(20, 16, 2));
    }

    @Test
    void peers_onJava17_measuresOmenAloneAndSaysWhatTheOthersNeed() throws IOException {
        bench.java = 17;
        JsonNode systems = run();
        assertThat(err.toString().strip())
                .isEqualTo(
                        "lucene and jvector need Java 21 or later, this is Java 17: set JAVA_HOME to a newer JDK; measuring omendb alone");
        assertThat(systems).hasSize(1);
        checkSystem(systems.get(0), "omendb");
        assertThat(out.toString()).contains("mean latency at recall@10 0.95: omendb");
    }

    @Test
    void peers_namedButNotOnThisJava_isAnError() {
        bench.java = 17;
        assertThat(execute("--systems", "omendb,lucene")).isNotZero();
        assertThat(err.toString().strip())
                .isEqualTo(
                        "--systems: lucene needs Java 21 or later, this is Java 17: set JAVA_HOME to a newer JDK");
        err.getBuffer().setLength(0);
        assertThat(execute("--systems", "faiss")).isNotZero();
        assertThat(err.toString().strip())
                .isEqualTo("--systems: found \"faiss\", expected some of omendb, lucene, jvector");
    }

    @Test
    void peers_all_findAlmostAllAndWriteEveryKey() throws IOException {
        assumeTrue(
                Runtime.version().feature() >= 21,
                "Lucene 10 and the SIMD of JVector need Java 21");
        JsonNode systems = run();
        assertThat(systems).hasSize(3);
        checkSystem(systems.get(0), "omendb");
        checkSystem(systems.get(1), "lucene");
        checkSystem(systems.get(2), "jvector");
        // Here the one that was compiled against; ./omen bench peers puts a newer one before it.
        assertThat(systems.get(1).get("version").asText()).isEqualTo(Version.LATEST.toString());
        assertThat(systems.get(1).get("mapped_bytes").asLong()).isGreaterThan(ROWS * 16 * 4);
        assertThat(systems.get(2).get("version").asText()).startsWith("4.");
    }

    @Test
    void peers_order_isTheOneAskedFor() throws IOException {
        assumeTrue(Runtime.version().feature() >= 21, "Lucene 10 needs Java 21");
        JsonNode systems = run("--systems", "lucene,omendb", "--metric", "cosine");
        assertThat(systems).hasSize(2);
        checkSystem(systems.get(0), "lucene");
        checkSystem(systems.get(1), "omendb");
    }

    private static void checkSystem(JsonNode system, String name) {
        assertThat(system.get("name").asText()).isEqualTo(name);
        assertThat(system.get("version").asText()).isNotEmpty();
        assertThat(system.get("build_rows_per_s").asDouble()).isPositive();
        assertThat(system.get("memory_bytes").isIntegralNumber()).isTrue();
        assertThat(system.get("mapped_bytes").isIntegralNumber()).isTrue();
        JsonNode points = system.get("points");
        for (JsonNode point : points) {
            assertThat(point.get("params").asText()).isNotEmpty();
            for (String key : new String[] {"mean_us", "p50_us", "p99_us", "queries_per_s"}) {
                assertThat(point.get(key).asDouble()).as(name + " " + key).isPositive();
            }
        }
        JsonNode last = points.get(points.size() - 1);
        assertThat(last.get("recall_at_10").asDouble()).as(name).isGreaterThan(0.99);
        JsonNode target = system.get("at_recall").get(0);
        assertThat(target.get("recall_at_10").asDouble()).isEqualTo(0.95);
        assertThat(target.get("mean_us").asDouble()).isPositive();
    }

    private JsonNode run(String... more) throws IOException {
        Path json = dir.resolve("out.json");
        List<String> all = new ArrayList<>(List.of(more));
        all.addAll(List.of("--json", json.toString()));
        assertThat(execute(all.toArray(String[]::new))).as(err.toString()).isZero();
        return new ObjectMapper().readTree(json.toFile()).get("systems");
    }

    private int execute(String... more) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--base",
                                base.toString(),
                                "--query",
                                query.toString(),
                                "--seconds",
                                "0.02"));
        all.addAll(List.of(more));
        return new CommandLine(bench)
                .setExecutionExceptionHandler(BenchCommand::explain)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all.toArray(String[]::new));
    }
}
