package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.Runbook.Operation;
import io.omendb.bench.Runbook.Step;
import io.omendb.index.segment.IdHash;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench runbook}: inserts, deletes and searches in the order of a runbook. */
@Command(
        name = "runbook",
        description = "Insert, delete and search in the order of a big-ann streaming runbook.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class RunbookBench implements Callable<Integer> {
    private static final int K = 10;

    @Spec CommandSpec spec;

    @Option(
            names = "--runbook",
            required = true,
            paramLabel = "F",
            description = "YAML; two are in benchmarks/runbooks.")
    Path runbook;

    @Option(
            names = "--dataset",
            required = true,
            paramLabel = "NAME",
            description = "Which of the runbook's datasets.")
    String dataset;

    @Option(names = "--base", required = true, paramLabel = "F", description = "Vectors.")
    Path base;

    @Option(names = "--query", required = true, paramLabel = "F", description = "Queries.")
    Path query;

    @Option(
            names = "--queries",
            paramLabel = "N",
            defaultValue = "" + Integer.MAX_VALUE,
            showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
            description = "Use only the first N queries.")
    int queryRows;

    @Option(
            names = "--recall-target",
            defaultValue = "0.95",
            paramLabel = "R",
            description = "Recall asked for; default ${DEFAULT-VALUE}.")
    double recallTarget;

    @Option(
            names = "--metric",
            defaultValue = "l2",
            paramLabel = "M",
            description = "l2, cosine or dot; default ${DEFAULT-VALUE}.")
    String metric;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    /** A step done; recall and latency only where it was a search. */
    private record Done(
            Step step, long rows, double recall, double meanUs, double millis, long memoryBytes) {}

    private BenchShard bench;
    private HeldVectors vectors;
    private float[][] queries;
    private long position;

    /** Points that must be there now. */
    private final BitSet live = new BitSet();

    @Override
    public Integer call() {
        Runbook book = Runbook.read(runbook, dataset);
        VectorSet set = new VectorSet(base, Integer.MAX_VALUE);
        queries = VectorFiles.readAll(query, queryRows);
        set.checkDimension(query, queries);
        vectors = HeldVectors.read(set);
        checkRanges(book);
        CollectionSchema schema =
                CollectionSchema.of("bench", vectors.dimension(), Metric.ofApiName(metric));
        List<Done> done = new ArrayList<>();
        try (BenchShard opened = BenchShard.open(schema, true);
                ProgressBar bar = Progress.start("Steps", book.steps().size())) {
            bench = opened;
            for (Step step : book.steps()) {
                done.add(run(step));
                bar.step();
            }
            bench.settle();
            report(done, bench.shard().memoryBytes());
        }
        return 0;
    }

    private void checkRanges(Runbook book) {
        for (Step step : book.steps()) {
            if ((long) step.from() + step.end() - step.start() > vectors.rows()) {
                throw OmenException.invalid(
                        runbook
                                + " step "
                                + step.number()
                                + ": asks for vector "
                                + (step.from() + step.end() - step.start() - 1)
                                + ", "
                                + base
                                + " has "
                                + vectors.rows());
            }
        }
    }

    private Done run(Step step) {
        long start = System.nanoTime();
        double recall = Double.NaN;
        double meanUs = Double.NaN;
        switch (step.operation()) {
            case INSERT, REPLACE -> insert(step);
            case DELETE -> delete(step);
            case SEARCH -> {
                ShardSnapshot snapshot = bench.shard().snapshot();
                List<List<Hit>> answers = new ArrayList<>();
                SearchParams params = SearchParams.ofRecall(recallTarget);
                for (float[] one : queries) {
                    answers.add(snapshot.search(one, K, null, params).hits());
                }
                meanUs = (System.nanoTime() - start) / 1e3 / queries.length;
                double millis = (System.nanoTime() - start) / 1e6;
                answers.forEach(hits -> checkLive(step, hits));
                recall = recall(snapshot, answers);
                return done(step, recall, meanUs, millis);
            }
        }
        return done(step, recall, meanUs, (System.nanoTime() - start) / 1e6);
    }

    private Done done(Step step, double recall, double meanUs, double millis) {
        long rows = bench.shard().snapshot().count(null);
        if (rows != live.cardinality()) {
            throw wrong(step, rows + " points, expected " + live.cardinality());
        }
        return new Done(step, rows, recall, meanUs, millis, bench.shard().memoryBytes());
    }

    /**
     * Recall is measured against the same snapshot, which would hide points that should be gone.
     */
    private void checkLive(Step step, List<Hit> hits) {
        Set<String> seen = new HashSet<>();
        for (Hit hit : hits) {
            if (!live.get(Integer.parseInt(hit.id())) || !seen.add(hit.id())) {
                throw wrong(step, "point " + hit.id() + ", which is deleted or was found twice");
            }
        }
    }

    private OmenException wrong(Step step, String found) {
        return new OmenException(
                ErrorCode.INTERNAL, runbook + " step " + step.number() + ": found " + found);
    }

    private void insert(Step step) {
        float[] vector = new float[vectors.dimension()];
        live.set(step.start(), step.end());
        for (int i = step.start(); i < step.end(); i++) {
            vectors.read(step.from() + i - step.start(), vector);
            bench.upsert(i, position++, vector);
        }
    }

    private void delete(Step step) {
        live.clear(step.start(), step.end());
        for (int i = step.start(); i < step.end(); i++) {
            byte[] id = Integer.toString(i).getBytes(StandardCharsets.ISO_8859_1);
            bench.shard().delete(IdHash.of(id), id, "bench-0", position++);
        }
    }

    /** A hit as near as the k-th true neighbour counts: rows may lie at the same place. */
    private double recall(ShardSnapshot snapshot, List<List<Hit>> answers) {
        LongAdder found = new LongAdder();
        LongAdder wanted = new LongAdder();
        AtomicInteger next = new AtomicInteger();
        try (Workers workers = new Workers(Runtime.getRuntime().availableProcessors())) {
            workers.forEach(
                    queries.length,
                    any -> {
                        int number = next.getAndIncrement();
                        List<Hit> exact = snapshot.searchExact(queries[number], K, null).hits();
                        if (exact.isEmpty()) {
                            return;
                        }
                        float reach = exact.get(exact.size() - 1).distance();
                        float limit = reach + Math.abs(reach) * 1e-5f;
                        wanted.add(exact.size());
                        found.add(
                                answers.get(number).stream()
                                        .filter(hit -> hit.distance() <= limit)
                                        .count());
                    });
        }
        return wanted.sum() == 0 ? 1 : found.doubleValue() / wanted.sum();
    }

    private void report(List<Done> done, long memoryBytes) {
        PrintWriter out = new PrintWriter(spec.commandLine().getOut(), true);
        out.printf(
                "%5s %-9s %12s %10s %10s %12s %12s%n",
                "step", "operation", "rows", "recall@10", "mean µs", "millis", "memory MB");
        ObjectNode root = new ObjectMapper().createObjectNode();
        ArrayNode steps = root.putArray("steps");
        double worst = 1;
        double sum = 0;
        int searches = 0;
        long peak = 0;
        for (Done one : done) {
            boolean searched = one.step.operation() == Operation.SEARCH;
            String name = one.step.operation().yamlName();
            out.printf(
                    "%5d %-9s %,12d %10s %10s %,12.0f %,12.1f%n",
                    one.step.number(),
                    name,
                    one.rows,
                    searched ? String.format("%.4f", one.recall) : "",
                    searched ? String.format("%.1f", one.meanUs) : "",
                    one.millis,
                    one.memoryBytes / 1e6);
            ObjectNode node =
                    steps.addObject()
                            .put("step", one.step.number())
                            .put("operation", name)
                            .put("rows", one.rows)
                            .put("millis", one.millis)
                            .put("memory_bytes", one.memoryBytes);
            peak = Math.max(peak, one.memoryBytes);
            if (searched) {
                node.put("recall_at_10", one.recall).put("mean_us", one.meanUs);
                worst = Math.min(worst, one.recall);
                sum += one.recall;
                searches++;
            }
        }
        double mean = searches == 0 ? Double.NaN : sum / searches;
        out.printf(
                "%nrecall@10 worst %.4f, mean %.4f; memory %,.1f MB at the end, %,.1f MB at most, java"
                        + " %s%n",
                worst, mean, memoryBytes / 1e6, peak / 1e6, System.getProperty("java.version"));
        root.put("recall_at_10_min", worst)
                .put("recall_at_10_mean", mean)
                .put("memory_bytes", memoryBytes)
                .put("memory_bytes_peak", peak);
        if (json != null) {
            Workload.writeJson(json, root);
        }
    }
}
