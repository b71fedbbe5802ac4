package io.omendb.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.omendb.index.kernel.Kernels;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DataBenchTest {
    private static final int DIMENSION = 96;

    @TempDir Path dir;
    private final StringWriter err = new StringWriter();

    @Test
    void data_sameSeed_sameBytes() throws IOException {
        run("one", "--seed", "7");
        run("two", "--seed", "7");
        run("three", "--seed", "8");
        for (String part : new String[] {".base.fvecs", ".query.fvecs"}) {
            byte[] one = Files.readAllBytes(dir.resolve("one" + part));
            assertThat(Files.readAllBytes(dir.resolve("two" + part))).isEqualTo(one);
            assertThat(Files.readAllBytes(dir.resolve("three" + part))).isNotEqualTo(one);
        }
    }

    @Test
    void data_shape_isAsAskedFor() {
        run("d", "--unit");
        float[][] base = read("d.base.fvecs");
        float[][] queries = read("d.query.fvecs");
        assertThat(base).hasDimensions(3000, DIMENSION);
        assertThat(queries).hasDimensions(50, DIMENSION);
        for (float[] vector : base) {
            float square = Kernels.active().dot(vector, 0, vector, 0, DIMENSION);
            assertThat(square).isCloseTo(1, offset(1e-5f));
        }
    }

    @Test
    void data_queries_areNearTheBaseButNotInIt() {
        run("d");
        VectorSet base = new VectorSet(dir.resolve("d.base.fvecs"), Integer.MAX_VALUE);
        float[][] rows = read("d.base.fvecs");
        float[][] queries = read("d.query.fvecs");
        try (Workers workers = new Workers(1)) {
            int[][] truth = ExactTruth.compute(base, queries, 3000, Metric.L2, workers);
            double nearest = 0;
            double median = 0;
            for (int query = 0; query < queries.length; query++) {
                double distance = distance(queries[query], rows[truth[query][0]]);
                assertThat(distance).isPositive();
                nearest += distance;
                median += distance(queries[query], rows[truth[query][1500]]);
            }
            assertThat(nearest).as("clusters are there").isLessThan(0.7 * median);
        }
    }

    @Test
    void data_whatCannotBe_isOneLineAndNotZero() {
        assertThat(execute("d", "--intrinsic", "97")).isNotZero();
        assertThat(err.toString().strip())
                .isEqualTo("--intrinsic: found 97, expected 1 to the dimension, 96");
        err.getBuffer().setLength(0);
        assertThat(execute("no/such/folder")).isNotZero();
        assertThat(err.toString().strip()).startsWith("cannot write ");
    }

    private static double distance(float[] a, float[] b) {
        return Math.sqrt(Kernels.active().squaredL2(a, 0, b, 0, DIMENSION));
    }

    private float[][] read(String name) {
        return VectorFiles.readAll(dir.resolve(name), Integer.MAX_VALUE);
    }

    private void run(String prefix, String... more) {
        assertThat(execute(prefix, more)).as(err.toString()).isZero();
    }

    private int execute(String prefix, String... more) {
        List<String> all = new ArrayList<>(List.of("data", "--rows", "3000", "--queries", "50"));
        all.addAll(List.of("--dimension", "" + DIMENSION, "--clusters", "40"));
        all.addAll(Arrays.asList(more));
        all.add(dir.resolve(prefix).toString());
        CommandLine command = BenchCommand.commandLine();
        command.setOut(new PrintWriter(new StringWriter()));
        command.setErr(new PrintWriter(err, true));
        return command.execute(all.toArray(String[]::new));
    }
}
