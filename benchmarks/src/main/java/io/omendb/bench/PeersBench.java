package io.omendb.bench;

import io.omendb.OmenException;
import io.omendb.bench.BenchIndex.OperatingPoint;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench peers}: OmenDB beside other vector indexes of the JVM, one after another. */
@Command(
        name = "peers",
        description = {
            "Build and search OmenDB, Lucene's HNSW and JVector in this process over the same vectors,"
                    + " one thread each.",
            "Lucene and JVector need Java 21 or later."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the spec, the mixin and what has a default
public final class PeersBench implements Callable<Integer> {
    /** Settings beyond one that finds this much would only be slower. */
    private static final double RECALL_ENOUGH = 0.9995;

    private static final int WARM_UP_ROWS = 20_000;

    @Spec CommandSpec spec;

    @Mixin Workload workload;

    @Option(
            names = "--systems",
            split = ",",
            paramLabel = "S",
            description =
                    "Some of omendb, lucene, jvector, in the order to run; default all that this"
                            + " Java can run.")
    @Nullable List<String> systems;

    @Option(
            names = "--m",
            defaultValue = "16",
            paramLabel = "N",
            description =
                    "Neighbours per node in the peers' graphs, twice as many on the lowest layer;"
                            + " default ${DEFAULT-VALUE}.")
    int m;

    @Option(
            names = "--ef-construction",
            defaultValue = "100",
            paramLabel = "N",
            description =
                    "Candidates while the peers build their graphs; default ${DEFAULT-VALUE}.")
    int efConstruction;

    /** The version of Java to go by; tests say another. */
    int java = Runtime.version().feature();

    /** The truth is the same for all systems. */
    private @Nullable Recall recall;

    private int rows;

    @Override
    public Integer call() {
        workload.check();
        Workload.requireAtLeastOne("--m", m);
        Workload.requireAtLeastOne("--ef-construction", efConstruction);
        List<PeerSystem> chosen = systems == null ? allThatRun() : named(systems);
        PeersReport report = run(chosen);
        report.print(new PrintWriter(spec.commandLine().getOut(), true));
        workload.writeJson(report.toJson());
        return 0;
    }

    private List<PeerSystem> allThatRun() {
        List<PeerSystem> running = new ArrayList<>(List.of(PeerSystem.values()));
        List<PeerSystem> others = running.stream().filter(system -> !system.runsOn(java)).toList();
        if (!others.isEmpty()) {
            running.removeAll(others);
            spec.commandLine().getErr().println(tooOld(others) + "; measuring omendb alone");
        }
        return running;
    }

    private List<PeerSystem> named(List<String> names) {
        List<PeerSystem> chosen = names.stream().map(PeerSystem::ofOptionName).distinct().toList();
        List<PeerSystem> others = chosen.stream().filter(system -> !system.runsOn(java)).toList();
        if (!others.isEmpty()) {
            throw OmenException.invalid("--systems: " + tooOld(others));
        }
        return chosen;
    }

    private String tooOld(List<PeerSystem> others) {
        return others.stream().map(PeerSystem::optionName).collect(Collectors.joining(" and "))
                + (others.size() == 1 ? " needs" : " need")
                + " Java 21 or later, this is Java "
                + java
                + ": set JAVA_HOME to a newer JDK";
    }

    private PeersReport run(List<PeerSystem> chosen) {
        VectorSet vectors = workload.vectors();
        float[][] queries = workload.queries();
        List<PeersReport.Measured> measured = new ArrayList<>();
        for (PeerSystem system : chosen) {
            measured.add(measure(system, vectors, queries));
        }
        return new PeersReport(
                rows,
                vectors.dimension(),
                workload.metric().apiName(),
                System.getProperty("java.version", "unknown"),
                measured);
    }

    private PeersReport.Measured measure(PeerSystem system, VectorSet vectors, float[][] queries) {
        GraphSettings settings = new GraphSettings(m, efConstruction);
        warmUp(system, vectors, settings);
        MemoryMeter memory = new MemoryMeter();
        try (BenchIndex built = system.create(vectors.dimension(), workload.metric(), settings);
                Workers one = new Workers(1)) {
            Build build = Build.run(system.optionName() + ": indexing", built, vectors);
            long memoryBytes = memory.growth();
            rows = build.rows();
            if (recall == null) {
                recall = workload.recall(queries, rows);
            }
            List<PointResult> points = sweep(built.points(), queries, recall, one);
            return new PeersReport.Measured(
                    system.optionName(),
                    system.version(),
                    system.index(settings),
                    build.rowsPerS(),
                    memoryBytes,
                    built.mappedBytes(),
                    points);
        }
    }

    /** A first, smaller index has the JVM compile what building takes. */
    private void warmUp(PeerSystem system, VectorSet vectors, GraphSettings settings) {
        VectorSet some = new VectorSet(vectors.file(), Math.min(vectors.rowsMax(), WARM_UP_ROWS));
        try (BenchIndex index = system.create(vectors.dimension(), workload.metric(), settings)) {
            Build unused = Build.run(system.optionName() + ": warming up", index, some);
        }
    }

    /**
     * Measures from fast to exact until nothing is left to find. A run in the middle comes first
     * and is thrown away: it has the JVM compile what the system needs.
     */
    private List<PointResult> sweep(
            List<OperatingPoint> all, float[][] queries, Recall truth, Workers one) {
        double seconds = workload.seconds();
        PointRun.measure(all.get(all.size() / 2), queries, truth, one, seconds);
        List<PointResult> points = new ArrayList<>();
        for (OperatingPoint point : all) {
            PointResult result = PointRun.measure(point, queries, truth, one, seconds);
            points.add(result);
            if (result.recallAt10() >= RECALL_ENOUGH) {
                break;
            }
        }
        return points;
    }
}
