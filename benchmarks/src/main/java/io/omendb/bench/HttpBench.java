package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls;
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

/** {@code bench http}: searches of a stack at rest, with more and more clients. */
@Command(
        name = "http",
        description = {
            "Load rows into a stack of its own, then search it over HTTP with 1, 2, 4 … clients, each",
            "back to back on one connection."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class HttpBench implements Callable<Integer> {
    private static final int K = 10;
    private static final long NEVER_MS = 24L * 3_600_000;

    @Spec CommandSpec spec;

    @Option(names = "--base", required = true, paramLabel = "F", description = "Vectors.")
    Path base;

    @Option(names = "--query", required = true, paramLabel = "F", description = "Queries.")
    Path query;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "" + Integer.MAX_VALUE,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Use only the first N vectors.")
    int rows;

    @Option(
            names = "--clients",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,2,4,8",
            description = "Clients at a time; default ${DEFAULT-VALUE}.")
    List<Integer> clients;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "20",
            description = "How long for each number of clients; default ${DEFAULT-VALUE}.")
    double seconds;

    @Option(
            names = "--warmup-seconds",
            paramLabel = "S",
            defaultValue = "30",
            description = "How long to search before measuring; default ${DEFAULT-VALUE}.")
    double warmupSeconds;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "2",
            description = "Subtasks; default ${DEFAULT-VALUE}.")
    int shards;

    @Option(
            names = "--recall-target",
            defaultValue = "0.95",
            paramLabel = "R",
            description = "Recall asked for; default ${DEFAULT-VALUE}.")
    double recallTarget;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() throws InterruptedException {
        VectorSet set = new VectorSet(base, rows);
        float[][] queries = VectorFiles.readAll(query, 10_000);
        set.checkDimension(query, queries);
        HeldVectors vectors = HeldVectors.read(set);
        List<byte[]> requests = new ArrayList<>();
        for (float[] one : queries) {
            requests.add(HttpSearch.request(one, K, recallTarget));
        }
        ObjectNode report = GatewayCalls.JSON.createObjectNode();
        report.put("rows", vectors.rows()).put("shards", shards);
        report.put("java", System.getProperty("java.version"));
        ArrayNode points = report.putArray("points");
        PrintWriter out = spec.commandLine().getOut();
        try (LoadedStack stack = LoadedStack.start(shards, vectors.dimension(), "l2", NEVER_MS);
                RowSender sender =
                        RowSender.open(
                                stack.brokers(), LoadedStack.COLLECTION, vectors, RowForm.ARROW)) {
            stack.load(sender, vectors.rows());
            HttpLoad load = new HttpLoad(stack.url(), LoadedStack.COLLECTION, requests);
            out.printf("warm-up: %,d searches%n", warmUp(load));
            out.printf(
                    "%8s %12s %10s %10s %10s%n",
                    "clients", "searches/s", "p50 µs", "p99 µs", "max µs");
            for (int count : clients) {
                LoadResult result = search(load, count, seconds);
                double perSecond = result.acceptedPerSecond();
                out.printf(
                        "%8d %12.0f %10.1f %10.1f %10.1f%n",
                        count,
                        perSecond,
                        result.acceptedUs(50),
                        result.acceptedUs(99),
                        result.acceptedUs(100));
                out.flush();
                points.addObject()
                        .put("clients", count)
                        .put("queries_per_s", perSecond)
                        .put("p50_us", result.acceptedUs(50))
                        .put("p99_us", result.acceptedUs(99));
            }
        }
        JsonReport.write(json, report);
        return 0;
    }

    /**
     * Until both JVMs have compiled what a search needs, which takes longer than one might think.
     */
    private long warmUp(HttpLoad load) throws InterruptedException {
        int most = clients.stream().max(Integer::compare).orElse(1);
        return search(load, most, warmupSeconds).answered()
                + search(load, 1, warmupSeconds / 2).answered();
    }

    /** At rest nothing may be refused. */
    private static LoadResult search(HttpLoad load, int count, double seconds)
            throws InterruptedException {
        LoadResult result = load.run(count, 0, seconds);
        if (!result.statuses().isEmpty()) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "searches failed, by status: " + result.statuses());
        }
        return result;
    }
}
