package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.index.filter.Filter;
import io.omendb.index.filter.FilterParser;
import io.omendb.index.shard.Hit;
import io.omendb.index.shard.SearchParams;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.schema.CollectionSchema;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench filter}: recall and latency of searches that few or many rows may answer. */
@Command(
        name = "filter",
        description = {
            "Measure filtered searches at several selectivities.",
            "The metadata's first column is filtered by equality, its column scale (else the last)"
                    + " by ranges."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class FilterBench implements Callable<Integer> {
    private static final int K = 10;
    private static final double[] SELECTIVITIES = {0.001, 0.01, 0.1, 0.5};
    private static final long LATENCY_NS_MAX = 600_000_000_000L;
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec CommandSpec spec;
    @Mixin Workload workload;

    @Option(
            names = "--metadata",
            required = true,
            paramLabel = "CSV",
            description = "A line for each vector, under a header; also .gz.")
    Path metadata;

    /** A filter measured. */
    private record Point(
            String filter,
            double selectivity,
            double recall,
            double meanUs,
            double p50,
            double p99) {}

    private BenchShard bench;
    private float[][] queries;
    private final List<String> keywords = new ArrayList<>();
    private double[] numbers = new double[0];

    @Override
    public Integer call() {
        workload.check();
        queries = workload.queries();
        VectorSet vectors = workload.vectors();
        try (MetadataFile file = MetadataFile.open(metadata)) {
            CollectionSchema schema =
                    CollectionSchema.of("bench", vectors.dimension(), workload.metric())
                            .withFields(file.fields());
            try (BenchShard opened = BenchShard.open(schema, true)) {
                bench = opened;
                String range = file.fields().containsKey("scale") ? "scale" : last(file);
                load(vectors, file, range);
                report(measureAll(schema, file.keyword(), range));
            }
        }
        return 0;
    }

    private static String last(MetadataFile file) {
        List<String> names = new ArrayList<>(file.fields().keySet());
        return names.get(names.size() - 1);
    }

    private void load(VectorSet vectors, MetadataFile file, String range) {
        int dimension = vectors.dimension();
        List<Double> values = new ArrayList<>();
        float[] vector = new float[dimension];
        int rows =
                vectors.forEachBlock(
                        "Loading",
                        (first, count, block) -> {
                            for (int i = 0; i < count; i++) {
                                ObjectNode row = file.next();
                                keywords.add(row.get(file.keyword()).textValue());
                                values.add(row.get(range).doubleValue());
                                System.arraycopy(block, i * dimension, vector, 0, dimension);
                                byte[] json = row.toString().getBytes(StandardCharsets.UTF_8);
                                bench.upsert(first + i, first + i, vector, json);
                            }
                        });
        numbers = new double[rows];
        Arrays.setAll(numbers, values::get);
        Arrays.sort(numbers);
        bench.settle();
    }

    /** Unfiltered first. */
    private List<Point> measureAll(CollectionSchema schema, String keyword, String range) {
        measure("warm-up", null);
        List<Point> points = new ArrayList<>();
        points.add(measure("none", null));
        for (int i = 1; i <= 3; i++) {
            ObjectNode equal = JSON.createObjectNode();
            equal.put(keyword, keywords.get(keywords.size() / 4 * i));
            points.add(measure(equal.toString(), FilterParser.parse(equal, schema)));
        }
        for (double selectivity : SELECTIVITIES) {
            JsonNode json = upper(range, selectivity);
            points.add(measure(json.toString(), FilterParser.parse(json, schema)));
        }
        return points;
    }

    /** The range up to the largest number that holds this share of all rows, or a little more. */
    private JsonNode upper(String field, double share) {
        int wanted = Math.max(1, (int) (numbers.length * share));
        ObjectNode json = JSON.createObjectNode();
        json.putObject(field).put("$gte", numbers[numbers.length - wanted]);
        return json;
    }

    private Point measure(String name, @Nullable Filter filter) {
        ShardSnapshot snapshot = bench.shard().snapshot();
        List<List<Hit>> answers = new ArrayList<>();
        // Every query once to warm up, and for recall.
        for (float[] query : queries) {
            answers.add(snapshot.search(query, K, filter, SearchParams.DEFAULT).hits());
        }
        Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
        long end = System.nanoTime() + (long) (workload.seconds() * 1e9);
        long total = 0;
        int i = 0;
        do {
            long start = System.nanoTime();
            snapshot.search(queries[i++ % queries.length], K, filter, SearchParams.DEFAULT);
            long ns = System.nanoTime() - start;
            total += ns;
            latencies.recordValue(ns);
        } while (System.nanoTime() < end);
        return new Point(
                name,
                (double) snapshot.count(filter) / Math.max(1, snapshot.count(null)),
                recall(snapshot, filter, answers),
                total / 1e3 / i,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3);
    }

    private double recall(
            ShardSnapshot snapshot, @Nullable Filter filter, List<List<Hit>> answers) {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger found = new AtomicInteger();
        AtomicInteger wanted = new AtomicInteger();
        try (Workers workers = new Workers(Runtime.getRuntime().availableProcessors())) {
            workers.forEach(
                    queries.length,
                    any -> {
                        int number = next.getAndIncrement();
                        List<Hit> exact = snapshot.searchExact(queries[number], K, filter).hits();
                        if (exact.isEmpty()) {
                            return;
                        }
                        float reach = exact.get(exact.size() - 1).distance();
                        float limit = reach + Math.abs(reach) * 1e-5f;
                        wanted.addAndGet(exact.size());
                        for (Hit hit : answers.get(number)) {
                            found.addAndGet(hit.distance() <= limit ? 1 : 0);
                        }
                    });
        }
        return wanted.get() == 0 ? 1 : found.doubleValue() / wanted.get();
    }

    private void report(List<Point> points) {
        Point unfiltered = points.get(0);
        PrintWriter out = new PrintWriter(spec.commandLine().getOut(), true);
        out.printf(
                "%,d rows, java %s%n%n%-44s %11s %10s %10s %10s %10s %11s%n",
                numbers.length,
                System.getProperty("java.version"),
                "filter",
                "selectivity",
                "recall@10",
                "mean µs",
                "p50 µs",
                "p99 µs",
                "/unfiltered");
        ObjectNode root = JSON.createObjectNode();
        ArrayNode list = root.putArray("points");
        for (Point point : points) {
            out.printf(
                    "%-44s %10.3f%% %10.4f %10.1f %10.1f %10.1f %11.2f%n",
                    point.filter,
                    point.selectivity * 100,
                    point.recall,
                    point.meanUs,
                    point.p50,
                    point.p99,
                    point.meanUs / unfiltered.meanUs);
            if (point != unfiltered) {
                list.addObject()
                        .put("filter", point.filter)
                        .put("selectivity", point.selectivity)
                        .put("recall_at_10", point.recall)
                        .put("mean_us", point.meanUs)
                        .put("p50_us", point.p50)
                        .put("p99_us", point.p99);
            }
        }
        root.putObject("unfiltered")
                .put("recall_at_10", unfiltered.recall)
                .put("mean_us", unfiltered.meanUs)
                .put("p99_us", unfiltered.p99);
        workload.writeJson(root);
    }
}
