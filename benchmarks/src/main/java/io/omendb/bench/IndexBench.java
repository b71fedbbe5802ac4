package io.omendb.bench;

import io.omendb.bench.BenchIndex.OperatingPoint;
import io.omendb.index.kernel.Kernels;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
    private static final int WARM_UP_ROWS = 100_000;

    @Spec CommandSpec spec;

    @Mixin Workload workload;

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

    @Override
    public Integer call() {
        workload.check();
        Workload.requireAtLeastOne("--threads", threads);
        IndexReport report = run(IndexKind.ofOptionName(index));
        report.print(new PrintWriter(spec.commandLine().getOut(), true));
        workload.writeJson(report.toJson());
        return 0;
    }

    /** An index that is thrown away, so that the JVM has compiled what is measured. */
    private void warmUp(IndexKind kind, VectorSet vectors) {
        VectorSet some = new VectorSet(vectors.file(), Math.min(vectors.rowsMax(), WARM_UP_ROWS));
        try (BenchIndex index = kind.create(vectors.dimension(), workload.metric(), threads)) {
            Build unused = Build.run("Warming up", index, some);
        }
    }

    private IndexReport run(IndexKind kind) {
        VectorSet vectors = workload.vectors();
        float[][] queries = workload.queries();
        int dimension = vectors.dimension();
        warmUp(kind, vectors);
        MemoryMeter memory = new MemoryMeter();
        try (BenchIndex built = kind.create(dimension, workload.metric(), threads);
                Workers workers = new Workers(threads)) {
            Build build = Build.run("Loading and indexing", built, vectors);
            long memoryBytes = memory.growth();
            double indexBytes = Math.max(0, memoryBytes - built.vectorBytes());
            Recall recall = workload.recall(queries, build.rows());
            List<PointResult> points = new ArrayList<>();
            for (OperatingPoint point : built.points()) {
                points.add(PointRun.measure(point, queries, recall, workers, workload.seconds()));
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
}
