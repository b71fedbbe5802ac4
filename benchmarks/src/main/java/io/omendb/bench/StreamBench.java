package io.omendb.bench;

import io.omendb.OmenException;
import io.omendb.index.device.DeviceChoice;
import io.omendb.schema.Metric;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench stream}: ingests at a fixed rate while searching back to back. */
@Command(
        name = "stream",
        description = {
            "Ingest at a fixed rate while searching back to back.",
            "The shard is loaded, then measured at rest, under ingest, and at rest again with all"
                    + " rows; the ratio compares the latter two."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class StreamBench implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Option(
            names = "--base",
            required = true,
            paramLabel = "F",
            description = "Vectors to ingest; used again with new ids when they run out.")
    Path base;

    @Option(names = "--query", required = true, paramLabel = "F", description = "Queries.")
    Path query;

    @Option(
            names = "--rate",
            required = true,
            paramLabel = "R|max",
            description =
                    "Vectors a second, or max for as many as one writer can; with e2e it waits when"
                            + " 50,000 rows are not searchable yet.")
    String rate;

    @Option(
            names = "--seconds",
            required = true,
            paramLabel = "S",
            description = "How long to ingest.")
    double seconds;

    @Option(
            names = "--layer",
            defaultValue = "shard",
            paramLabel = "L",
            description = {
                "shard: the index alone, in this process. e2e: everything: a producer, a broker, Flink",
                "and clients over HTTP, which needs --metric l2. Default ${DEFAULT-VALUE}."
            })
    String layer;

    @Option(
            names = "--form",
            paramLabel = "F",
            defaultValue = "f32",
            description =
                    "e2e: records of one vector (f32, json) or of many (arrow); default ${DEFAULT-VALUE}.")
    String form;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "2",
            description = "e2e: subtasks, and partitions; default ${DEFAULT-VALUE}.")
    int shards;

    @Option(
            names = "--checkpoint-seconds",
            paramLabel = "S",
            defaultValue = "10",
            description = "e2e: time between checkpoints; default ${DEFAULT-VALUE}.")
    int checkpointSeconds;

    @Option(
            names = "--warmup-seconds",
            paramLabel = "S",
            defaultValue = "60",
            description =
                    "e2e: how long to search, and then also to ingest, before measuring; default ${DEFAULT-VALUE}.")
    double warmupSeconds;

    @Option(
            names = "--preload",
            defaultValue = "-1",
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            paramLabel = "N",
            description = "Rows before measuring; default half of the file, at most 500,000.")
    int preload;

    @Option(
            names = "--search-threads",
            defaultValue = "1",
            paramLabel = "N",
            description = "Threads that search; default ${DEFAULT-VALUE}.")
    int searchThreads;

    @Option(
            names = "--recall-target",
            defaultValue = "0.95",
            paramLabel = "R",
            description = "Recall asked for; default ${DEFAULT-VALUE}.")
    double recallTarget;

    @Option(
            names = "--device",
            defaultValue = "cpu",
            paramLabel = "D",
            description =
                    "shard: where to search: cpu, gpu, or auto for what is faster; default ${DEFAULT-VALUE}.")
    String device;

    @Option(
            names = "--metric",
            defaultValue = "l2",
            paramLabel = "M",
            description = "l2, cosine or dot; default ${DEFAULT-VALUE}.")
    String metric;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() throws InterruptedException {
        if (!layer.equals("shard") && !layer.equals("e2e")) {
            throw OmenException.invalid("--layer: found \"" + layer + "\", expected shard or e2e");
        }
        if (layer.equals("e2e") && !metric.equals("l2")) {
            throw OmenException.invalid("--metric: found " + metric + ", expected l2 with e2e");
        }
        DeviceChoice where = DeviceChoice.ofApiName(device);
        if (layer.equals("e2e") && where != DeviceChoice.CPU) {
            throw OmenException.invalid("--device: found " + device + ", expected cpu with e2e");
        }
        if (!(warmupSeconds >= 0)) {
            throw OmenException.invalid(
                    "--warmup-seconds: found " + warmupSeconds + ", expected at least 0");
        }
        VectorSet vectors = new VectorSet(base, Integer.MAX_VALUE);
        float[][] queries = VectorFiles.readAll(query, Integer.MAX_VALUE);
        vectors.checkDimension(query, queries);
        HeldVectors held = HeldVectors.read(vectors);
        int loaded = preload >= 0 ? preload : Math.min(500_000, held.rows() / 2);
        StreamRun.Plan plan =
                new StreamRun.Plan(
                        rate(), seconds, loaded, Math.max(1, searchThreads), recallTarget, where);
        StreamReport report =
                layer.equals("shard") ? shard(held, queries, plan) : e2e(held, queries, plan);
        report.print(new PrintWriter(spec.commandLine().getOut(), true));
        if (json != null) {
            report.writeJson(json);
        }
        return 0;
    }

    private StreamReport shard(HeldVectors held, float[][] queries, StreamRun.Plan plan) {
        try (StreamRun run = StreamRun.open(held, queries, Metric.ofApiName(metric), plan)) {
            return run.run();
        }
    }

    private StreamReport e2e(HeldVectors held, float[][] queries, StreamRun.Plan plan)
            throws InterruptedException {
        StackStreamRun.Setup setup =
                new StackStreamRun.Setup(
                        shards, checkpointSeconds * 1_000L, RowForm.of(form), warmupSeconds);
        try (StackStreamRun run = StackStreamRun.open(held, queries, plan, setup)) {
            return run.run();
        }
    }

    private double rate() {
        if (rate.equals("max")) {
            return Double.POSITIVE_INFINITY;
        }
        try {
            double number = Double.parseDouble(rate);
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Told below, with everything else that is no rate.
        }
        throw OmenException.invalid(
                "--rate: found \"" + rate + "\", expected a number above 0 or max");
    }
}
