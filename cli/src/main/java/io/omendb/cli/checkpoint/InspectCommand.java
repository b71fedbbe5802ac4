package io.omendb.cli.checkpoint;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.state.CheckpointReport;
import io.omendb.state.StoredCheckpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows what a checkpoint holds. */
@Command(
        name = "inspect",
        mixinStandardHelpOptions = true,
        description =
                "Show what a checkpoint or native savepoint holds: collections, rows, key groups,"
                        + " offsets. No job needs to run.")
@SuppressWarnings("NullAway.Init") // picocli sets the spec and required parameters
public final class InspectCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double MEGA = 1e6;

    @Spec private CommandSpec spec;

    @Parameters(paramLabel = "CHECKPOINT", description = "Its folder, such as …/chk-42.")
    private Path checkpoint;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws JsonProcessingException {
        CheckpointReport report = StoredCheckpoint.open(checkpoint).report();
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JSON.writeValueAsString(report));
            return 0;
        }
        out.printf("checkpoint %d in %s%n%n", report.checkpointId(), report.path());
        out.printf(
                "%-24s %12s %10s %6s %9s %9s %10s%n",
                "collection", "rows", "dead", "dim", "metric", "segments", "MB");
        for (CheckpointReport.Collection collection : report.collections()) {
            out.printf(
                    Locale.ROOT,
                    "%-24s %,12d %,10d %6d %9s %9d %10.1f%n",
                    collection.name(),
                    collection.rows(),
                    collection.dead(),
                    collection.dimension(),
                    collection.metric(),
                    collection.segments(),
                    collection.bytes() / MEGA);
        }
        out.printf(
                "%n%-8s %-12s %12s %9s  %s%n",
                "subtask", "key groups", "rows", "segments", "operator");
        for (CheckpointReport.Subtask subtask : report.subtasks()) {
            out.printf(
                    Locale.ROOT,
                    "%-8d %-12s %,12d %9d  %s%n",
                    subtask.subtask(),
                    subtask.keyGroups().get(0) + " to " + subtask.keyGroups().get(1),
                    subtask.rows(),
                    subtask.segments(),
                    subtask.operator());
        }
        out.printf("%napplied up to%n");
        report.applied().forEach((source, offset) -> out.printf("%-32s %d%n", source, offset));
        out.flush();
        return 0;
    }
}
