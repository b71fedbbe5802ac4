package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
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
    private static final long LATENCY_NS_MAX = 600_000_000_000L;
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
        ObjectNode result = GatewayCalls.JSON.createObjectNode();
        result.put("rows", vectors.rows()).put("shards", shards);
        result.put("java", System.getProperty("java.version"));
        ArrayNode points = result.putArray("points");
        PrintWriter out = spec.commandLine().getOut();
        try (LoadedStack stack = LoadedStack.start(shards, vectors.dimension(), "l2", NEVER_MS);
                RowSender sender =
                        RowSender.open(
                                stack.brokers(), LoadedStack.COLLECTION, vectors, RowForm.ARROW)) {
            stack.load(sender, vectors.rows());
            out.printf("warm-up: %,d searches%n", warmUp(stack, requests));
            out.printf(
                    "%8s %12s %10s %10s %10s%n",
                    "clients", "searches/s", "p50 µs", "p99 µs", "max µs");
            for (int count : clients) {
                Histogram ns = search(stack, requests, count, seconds);
                double perSecond = ns.getTotalCount() / seconds;
                out.printf(
                        "%8d %12.0f %10.1f %10.1f %10.1f%n",
                        count, perSecond, us(ns, 50), us(ns, 99), us(ns, 100));
                out.flush();
                points.addObject()
                        .put("clients", count)
                        .put("queries_per_s", perSecond)
                        .put("p50_us", us(ns, 50))
                        .put("p99_us", us(ns, 99));
            }
        }
        if (json != null) {
            try {
                Files.writeString(json, result.toPrettyString() + "\n");
            } catch (IOException e) {
                throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + json + ": " + e, e);
            }
        }
        return 0;
    }

    /**
     * Until both JVMs have compiled what a search needs, which takes longer than one might think.
     */
    private long warmUp(LoadedStack stack, List<byte[]> requests) throws InterruptedException {
        int most = clients.stream().max(Integer::compare).orElse(1);
        return search(stack, requests, most, warmupSeconds).getTotalCount()
                + search(stack, requests, 1, warmupSeconds / 2).getTotalCount();
    }

    private static Histogram search(
            LoadedStack stack, List<byte[]> requests, int count, double seconds)
            throws InterruptedException {
        ExecutorService threads =
                Executors.newFixedThreadPool(count, task -> new Thread(task, "omen-bench-search"));
        long end = System.nanoTime() + (long) (seconds * 1e9);
        try {
            List<Future<Histogram>> running = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int first = i * requests.size() / count;
                running.add(threads.submit(() -> search(stack, requests, first, end)));
            }
            Histogram all = new Histogram(LATENCY_NS_MAX, 3);
            for (Future<Histogram> one : running) {
                all.add(one.get());
            }
            return all;
        } catch (ExecutionException e) {
            throw new OmenException(ErrorCode.INTERNAL, "a search failed: " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
    }

    private static Histogram search(LoadedStack stack, List<byte[]> requests, int first, long end) {
        Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
        try (HttpSearch http = new HttpSearch(stack.url(), LoadedStack.COLLECTION)) {
            for (int next = first; System.nanoTime() < end; next++) {
                long start = System.nanoTime();
                byte[] unused = http.send(requests.get(next % requests.size()));
                latencies.recordValue(System.nanoTime() - start);
            }
        }
        return latencies;
    }

    private static double us(Histogram ns, double percentile) {
        return ns.getValueAtPercentile(percentile) / 1e3;
    }
}
