package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.DrainRun;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench drain}: how fast a stack takes in a topic that is already full. */
@Command(
        name = "drain",
        description = {
            "Fill a topic while nothing reads it, then start the stack and measure how fast it applies and",
            "indexes all rows, with checkpoints on; then count the rows and look up some of them."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class DrainBench implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Option(
            names = "--base",
            required = true,
            paramLabel = "F",
            description = "Vectors; used again with new ids when they run out.")
    Path base;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "2000000",
            description = "Rows in the topic; default ${DEFAULT-VALUE}.")
    int rows;

    @Option(
            names = "--warmup",
            paramLabel = "N",
            defaultValue = "0",
            description = {
                "Rows of another collection that the stack takes in before, so that its JVM has compiled what",
                "it needs; it is then stopped while the topic is filled. 0: start cold; default ${DEFAULT-VALUE}."
            })
    int warmup;

    @Option(
            names = "--form",
            paramLabel = "F",
            defaultValue = "arrow",
            description =
                    "arrow: many vectors a record; f32 or json: one; default ${DEFAULT-VALUE}.")
    String form;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "2",
            description = "Subtasks, and partitions of the topic; default ${DEFAULT-VALUE}.")
    int shards;

    @Option(
            names = "--checkpoint-seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "Time between checkpoints; default ${DEFAULT-VALUE}.")
    int checkpointSeconds;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        VectorSet set = new VectorSet(base, rows);
        HeldVectors vectors = HeldVectors.read(set);
        DrainRun.Plan plan =
                new DrainRun.Plan(
                        rows,
                        warmup,
                        vectors.dimension(),
                        shards,
                        checkpointSeconds * 1_000L,
                        (row, into) -> vectors.read(row % vectors.rows(), into));
        ObjectNode result;
        Path directory = Files.createTempDirectory("omen-drain-");
        try (DrainRun run = DrainRun.in(directory, plan)) {
            run.fill(
                    (brokers, collection, count) -> {
                        try (RowSender sender =
                                        RowSender.open(
                                                brokers, collection, vectors, RowForm.of(form));
                                ProgressBar bar = Progress.start("Filling " + collection, count)) {
                            sender.send(count, bar);
                        }
                    });
            try (ProgressBar bar = Progress.start("Draining", rows)) {
                result = run.drain(bar::stepTo);
            }
        } finally {
            StackFiles.delete(directory);
        }
        result.put("form", form).put("java", System.getProperty("java.version"));
        PrintWriter out = spec.commandLine().getOut();
        out.println(result.toPrettyString());
        out.flush();
        if (json != null) {
            write(json, result);
        }
        return 0;
    }

    private static void write(Path file, ObjectNode result) {
        try {
            Files.writeString(file, result.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }
}
