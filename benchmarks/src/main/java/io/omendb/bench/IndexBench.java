package io.omendb.bench;

import io.omendb.OmenException;
import io.omendb.bench.BenchIndex.OperatingPoint;
import io.omendb.index.kernel.Kernels;
import io.omendb.schema.Metric;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench index}: builds one index in this process and measures searches on it. */
@Command(
        name = "index",
        description = "Build an index in this process and measure recall, latency and memory.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class IndexBench implements Callable<Integer> {
    private static final int K = 10;

    @Spec CommandSpec spec;

    @Option(
            names = "--base",
            required = true,
            paramLabel = "F",
            description = "Vectors to index: fvecs, bvecs or ivecs, also .gz.")
    Path base;

    @Option(
            names = "--query",
            required = true,
            paramLabel = "F",
            description = "Vectors to search for.")
    Path query;

    @Option(
            names = "--truth",
            paramLabel = "F",
            description = "ivecs of the true nearest rows of each query; computed where left out.")
    @Nullable Path truth;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "" + Integer.MAX_VALUE,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Index only the first N vectors.")
    int rows;

    @Option(
            names = "--queries",
            paramLabel = "N",
            defaultValue = "" + Integer.MAX_VALUE,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Use only the first N queries.")
    int queryRows;

    @Option(
            names = "--metric",
            defaultValue = "l2",
            paramLabel = "M",
            description = "l2, cosine or dot; default ${DEFAULT-VALUE}.")
    String metric;

    @Option(
            names = "--index",
            defaultValue = "ivf",
            paramLabel = "KIND",
            description = "Index to build; default ${DEFAULT-VALUE}.")
    String index;

    @Option(
            names = "--threads",
            defaultValue = "1",
            paramLabel = "N",
            description = "Threads that build and search; default ${DEFAULT-VALUE}.")
    int threads;

    @Option(
            names = "--seconds",
            defaultValue = "5",
            paramLabel = "S",
            description = "Seconds to measure each operating point; default ${DEFAULT-VALUE}.")
    double seconds;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() {
        requireAtLeastOne("--rows", rows);
        requireAtLeastOne("--queries", queryRows);
        requireAtLeastOne("--threads", threads);
        IndexReport report = run(IndexKind.ofOptionName(index), Metric.ofApiName(metric));
        report.print(new PrintWriter(spec.commandLine().getOut(), true));
        if (json != null) {
            report.writeJson(json);
        }
        return 0;
    }

    private IndexReport run(IndexKind kind, Metric measure) {
        VectorSet vectors = new VectorSet(base, rows);
        float[][] queries = VectorFiles.readAll(query, queryRows);
        vectors.checkDimension(query, queries);
        int dimension = vectors.dimension();
        MemoryMeter memory = new MemoryMeter();
        try (BenchIndex built = kind.create(dimension, measure, threads);
                Workers workers = new Workers(threads)) {
            Build build = Build.run(built, vectors);
            long memoryBytes = memory.growth();
            double indexBytes = Math.max(0, memoryBytes - built.vectorBytes());
            Recall recall = new Recall(truth(vectors, queries, measure, build.rows()), K);
            List<PointResult> points = new ArrayList<>();
            for (OperatingPoint point : built.points()) {
                points.add(PointRun.measure(point, queries, recall, workers, seconds));
            }
            return new IndexReport(
                    build.rows(),
                    dimension,
                    kind.optionName(),
                    threads,
                    System.getProperty("java.version", "unknown"),
                    Kernels.active().name(),
                    build.rowsPerS(),
                    memoryBytes,
                    indexBytes / build.rows(),
                    points);
        }
    }

    private int[][] truth(VectorSet vectors, float[][] queries, Metric measure, int rowsBuilt) {
        if (truth != null) {
            return Recall.readTruth(truth, queries.length, rowsBuilt, K);
        }
        try (Workers all = new Workers(Runtime.getRuntime().availableProcessors())) {
            return ExactTruth.compute(vectors, queries, K, measure, all);
        }
    }

    private static void requireAtLeastOne(String option, int value) {
        if (value < 1) {
            throw OmenException.invalid(option + ": found " + value + ", expected at least 1");
        }
    }

    /**
     * A build, without the time that reading the file took.
     *
     * @param rows rows added
     * @param ns nanoseconds spent in the index
     */
    private record Build(int rows, long ns) {

        static Build run(BenchIndex index, VectorSet vectors) {
            long[] ns = new long[1];
            int rows =
                    vectors.forEachBlock(
                            "Loading and indexing",
                            (firstRow, count, block) -> {
                                long start = System.nanoTime();
                                index.add(firstRow, count, block);
                                ns[0] += System.nanoTime() - start;
                            });
            long start = System.nanoTime();
            index.finish();
            return new Build(rows, ns[0] + System.nanoTime() - start);
        }

        double rowsPerS() {
            return rows / (ns / 1e9);
        }
    }
}
