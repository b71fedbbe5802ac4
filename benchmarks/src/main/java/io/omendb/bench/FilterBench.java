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
import io.omendb.schema.FieldType;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
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
                    + " by ranges.",
            "Three filters more go with the vectors: rows of the region that a query lies in, rows"
                    + " of the one farthest from it (a region is what is nearest to one of 16"
                    + " vectors), and two conditions that seldom hold together."
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
    private FilterRegions regions;
    private final List<String> keywords = new ArrayList<>();
    private double[] numbers = new double[0];

    @Override
    public Integer call() {
        workload.check();
        queries = workload.queries();
        regions = new FilterRegions(queries);
        VectorSet vectors = workload.vectors();
        try (MetadataFile file = MetadataFile.open(metadata)) {
            Map<String, FieldType> fields = new LinkedHashMap<>(file.fields());
            fields.putAll(FilterRegions.fields());
            CollectionSchema schema =
                    CollectionSchema.of("bench", vectors.dimension(), workload.metric())
                            .withFields(fields);
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
                                regions.describe(first + i, vector, row);
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
        measure("warm-up", query -> null);
        List<Point> points = new ArrayList<>();
        points.add(measure("none", query -> null));
        for (int i = 1; i <= 3; i++) {
            ObjectNode equal = JSON.createObjectNode();
            equal.put(keyword, keywords.get(keywords.size() / 4 * i));
            points.add(measure(equal.toString(), FilterParser.parse(equal, schema)));
        }
        for (double selectivity : SELECTIVITIES) {
            JsonNode json = upper(range, selectivity);
            points.add(measure(json.toString(), FilterParser.parse(json, schema)));
        }
        points.add(measure("the query's region", query -> region(schema, regions.nearest(query))));
        points.add(
                measure("the farthest region", query -> region(schema, regions.farthest(query))));
        ObjectNode both = JSON.createObjectNode().put("low", true).put("high", true);
        points.add(measure(both.toString(), FilterParser.parse(both, schema)));
        return points;
    }

    private static Filter region(CollectionSchema schema, int region) {
        JsonNode json = JSON.createObjectNode().put("region", FilterRegions.name(region));
        return FilterParser.parse(json, schema);
    }

    /** The range up to the largest number that holds this share of all rows, or a little more. */
    private JsonNode upper(String field, double share) {
        int wanted = Math.max(1, (int) (numbers.length * share));
        ObjectNode json = JSON.createObjectNode();
        json.putObject(field).put("$gte", numbers[numbers.length - wanted]);
        return json;
    }

    private Point measure(String name, Filter filter) {
        return measure(name, query -> filter);
    }

    /** Measures searches with a filter that may be another for each query. */
    private Point measure(String name, Function<float[], @Nullable Filter> filterOf) {
        ShardSnapshot snapshot = bench.shard().snapshot();
        List<@Nullable Filter> filters = new ArrayList<>();
        List<List<Hit>> answers = new ArrayList<>();
        long matching = 0;
        // Every query once to warm up, and for recall.
        for (float[] query : queries) {
            Filter filter = filterOf.apply(query);
            filters.add(filter);
            answers.add(snapshot.search(query, K, filter, SearchParams.DEFAULT).hits());
            matching += snapshot.count(filter);
        }
        Histogram latencies = new Histogram(LATENCY_NS_MAX, 3);
        long end = System.nanoTime() + (long) (workload.seconds() * 1e9);
        long total = 0;
        int i = 0;
        do {
            int q = i++ % queries.length;
            long start = System.nanoTime();
            snapshot.search(queries[q], K, filters.get(q), SearchParams.DEFAULT);
            long ns = System.nanoTime() - start;
            total += ns;
            latencies.recordValue(ns);
        } while (System.nanoTime() < end);
        return new Point(
                name,
                (double) matching / queries.length / Math.max(1, snapshot.count(null)),
                recall(snapshot, filters, answers),
                total / 1e3 / i,
                latencies.getValueAtPercentile(50) / 1e3,
                latencies.getValueAtPercentile(99) / 1e3);
    }

    private double recall(
            ShardSnapshot snapshot, List<@Nullable Filter> filters, List<List<Hit>> answers) {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger found = new AtomicInteger();
        AtomicInteger wanted = new AtomicInteger();
        try (Workers workers = new Workers(Runtime.getRuntime().availableProcessors())) {
            workers.forEach(
                    queries.length,
                    any -> {
                        int number = next.getAndIncrement();
                        List<Hit> exact =
                                snapshot.searchExact(queries[number], K, filters.get(number))
                                        .hits();
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
