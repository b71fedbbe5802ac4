package io.omendb.bench.stack;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * {@code bench faults}: kills a stack in mid-stream and compares what it holds with what it said.
 */
@Command(
        name = "faults",
        description = {
            "Kill a running stack (kill -9) in mid-stream again and again.",
            "Every other kill takes one TaskManager process, which the stack replaces; the others take",
            "everything, after which it is started again with another number of shards. In the end every",
            "point must be there once, as it was acknowledged last."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the spec
public final class FaultsBench implements Callable<Integer> {
    private static final long CHECKPOINT_MS = 1_000;

    @Spec CommandSpec spec;

    @Option(
            names = "--kills",
            paramLabel = "N",
            defaultValue = "20",
            description = "How often; default ${DEFAULT-VALUE}.")
    int kills;

    @Option(
            names = "--ids",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Ids that are written over and over; default ${DEFAULT-VALUE}.")
    int ids;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "2000",
            description = "Writes a second at most; default ${DEFAULT-VALUE}.")
    int rate;

    @Option(
            names = "--taskmanagers",
            paramLabel = "N",
            defaultValue = "2",
            description =
                    "TaskManager processes; 0 keeps Flink in one process, and every kill takes everything. Default ${DEFAULT-VALUE}.")
    int taskManagers;

    @Option(
            names = "--seed",
            paramLabel = "S",
            showDefaultValue = Visibility.NEVER,
            description = "Seed of the points and of the moments; printed, random by default.")
    @Nullable Long seed;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where the stack keeps its data; default a temporary directory.")
    @Nullable Path dir;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        long chosen = seed == null ? new Random().nextLong() : seed;
        Path directory = dir == null ? Files.createTempDirectory("omen-faults-") : dir;
        spec.commandLine().getOut().println("seed " + chosen + ", data in " + directory);
        FaultsReport report;
        try (KilledStack stack = KilledStack.in(directory, taskManagers, CHECKPOINT_MS)) {
            report =
                    new FaultsRun(
                                    stack,
                                    new FaultPoints(chosen, ids),
                                    new Random(chosen),
                                    rate,
                                    spec.commandLine().getOut()::println)
                            .run(kills);
        }
        report.print(spec.commandLine().getOut()::println);
        if (json != null) {
            ObjectNode result = report.json();
            Files.writeString(json, result.toPrettyString());
        }
        if (dir == null && report.isClean()) {
            delete(directory);
        }
        return report.isClean() ? 0 : 1;
    }

    private static void delete(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path file : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot delete " + directory + ": " + e, e);
        }
    }

    /** The value below which a share of the sorted values lies. */
    static long percentile(List<Long> values, double share) {
        long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        return sorted.length == 0
                ? 0
                : sorted[(int) Math.min(sorted.length - 1L, Math.round(share * sorted.length))];
    }
}
