package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.bench.stack.GatewayCalls;
import io.omendb.bench.stack.ProcessMemory;
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

/** {@code bench saturate}: what happens when more is asked than can be answered. */
@Command(
        name = "saturate",
        description = {
            "Load rows into a stack of its own, find out how many searches a second it answers, then",
            "send it a multiple of that from many clients: are answers still right, is the excess",
            "refused soon, and is everything as before afterwards?"
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class SaturateBench implements Callable<Integer> {
    private static final int K = 10;
    private static final long NEVER_MS = 24L * 3_600_000;
    private static final int QUERIES = 2_000;
    private static final int CAPACITY_CLIENTS = 8;
    private static final double AFTERWARDS_WAIT_SECONDS = 2;

    @Spec CommandSpec spec;

    @Option(names = "--base", required = true, paramLabel = "F", description = "Vectors.")
    Path base;

    @Option(names = "--query", required = true, paramLabel = "F", description = "Queries.")
    Path query;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "500000",
            description = "Use only the first N vectors; default ${DEFAULT-VALUE}.")
    int rows;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "64",
            description = "Clients of the overload; default ${DEFAULT-VALUE}.")
    int clients;

    @Option(
            names = "--times",
            paramLabel = "X",
            defaultValue = "2",
            description =
                    "Searches sent, as a multiple of those answered; default ${DEFAULT-VALUE}.")
    double times;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "60",
            description = "How long; default ${DEFAULT-VALUE}.")
    double seconds;

    @Option(
            names = "--first-seconds",
            paramLabel = "S",
            defaultValue = "15",
            description = {
                "How long the overload goes on before that, which is reported by itself: while what",
                "refuses has yet to be compiled; default ${DEFAULT-VALUE}."
            })
    double firstSeconds;

    @Option(
            names = "--rest-seconds",
            paramLabel = "S",
            defaultValue = "15",
            description =
                    "How long one client searches before and after; default ${DEFAULT-VALUE}.")
    double restSeconds;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "2",
            description = "Subtasks; default ${DEFAULT-VALUE}.")
    int shards;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() throws InterruptedException {
        VectorSet set = new VectorSet(base, rows);
        float[][] queries = VectorFiles.readAll(query, QUERIES);
        set.checkDimension(query, queries);
        HeldVectors vectors = HeldVectors.read(set);
        List<byte[]> requests = new ArrayList<>();
        for (float[] one : queries) {
            requests.add(HttpSearch.request(one, K, 0.95));
        }
        ObjectNode result = GatewayCalls.JSON.createObjectNode();
        result.put("rows", vectors.rows()).put("shards", shards).put("clients", clients);
        result.put("java", System.getProperty("java.version"));
        boolean right;
        try (LoadedStack stack = LoadedStack.start(shards, vectors.dimension(), "l2", NEVER_MS);
                RowSender sender =
                        RowSender.open(
                                stack.brokers(), LoadedStack.COLLECTION, vectors, RowForm.ARROW)) {
            stack.load(sender, vectors.rows());
            right = run(stack, new HttpLoad(stack.url(), LoadedStack.COLLECTION, requests), result);
        }
        JsonReport.write(json, result);
        return right ? 0 : 1;
    }

    private boolean run(LoadedStack stack, HttpLoad load, ObjectNode result)
            throws InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        load.run(CAPACITY_CLIENTS, 0, 2 * restSeconds); // both JVMs compile
        load.learn();
        out.printf(
                "%-22s %11s %8s %8s %10s %8s %8s %7s %9s%n",
                "",
                "answered/s",
                "p50 ms",
                "p99 ms",
                "refused/s",
                "p50 ms",
                "p99 ms",
                "wrong",
                "RSS MiB");
        LoadResult before = print(stack, "1 client", load.run(1, 0, restSeconds), result, "before");
        LoadResult most =
                print(
                        stack,
                        CAPACITY_CLIENTS + " clients",
                        load.run(CAPACITY_CLIENTS, 0, restSeconds),
                        result,
                        "capacity");
        double offered = times * most.acceptedPerSecond();
        LoadResult first =
                print(
                        stack,
                        String.format("%d clients, at first", clients),
                        load.run(clients, offered, firstSeconds),
                        result,
                        "overload_at_first");
        LoadResult over =
                print(
                        stack,
                        String.format("%d clients, %.0f/s", clients, offered),
                        load.run(clients, offered, seconds),
                        result,
                        "overload");
        load.run(1, 0, AFTERWARDS_WAIT_SECONDS);
        LoadResult after =
                print(stack, "1 client afterwards", load.run(1, 0, restSeconds), result, "after");
        double ratio = over.acceptedMs(99) / before.acceptedMs(99);
        out.printf(
                "p99 of what was answered: %.1f x that of one client; the most memory resident:"
                        + " %,d MiB%n",
                ratio, ProcessMemory.residentMaxMib(stack.pid()));
        result.put("p99_ratio", ratio);
        List<LoadResult> all = List.of(before, most, first, over, after);
        long failed = all.stream().mapToLong(LoadResult::failed).sum();
        long wrong = all.stream().mapToLong(LoadResult::wrong).sum();
        out.printf(
                "wrong answers: %d; answers that are neither hits nor a refusal: %d%n",
                wrong, failed);
        return failed + wrong == 0;
    }

    private LoadResult print(
            LoadedStack stack, String what, LoadResult load, ObjectNode result, String key) {
        long resident = ProcessMemory.residentMib(stack.pid());
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                "%-22s %11.0f %8.2f %8.2f %10.0f %8.2f %8.2f %7d %9d %s%n",
                what,
                load.acceptedPerSecond(),
                load.acceptedMs(50),
                load.acceptedMs(99),
                load.refusedPerSecond(),
                load.refusedMs(50),
                load.refusedMs(99),
                load.wrong(),
                resident,
                load.statuses().isEmpty() ? "" : load.statuses());
        out.flush();
        result.putObject(key)
                .put("answered_per_s", load.acceptedPerSecond())
                .put("p50_ms", load.acceptedMs(50))
                .put("p99_ms", load.acceptedMs(99))
                .put("refused_per_s", load.refusedPerSecond())
                .put("refused_p99_ms", load.refusedMs(99))
                .put("wrong", load.wrong())
                .put("failed", load.failed())
                .put("rss_mib", resident);
        return load;
    }
}
