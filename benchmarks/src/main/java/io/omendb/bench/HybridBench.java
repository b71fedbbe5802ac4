package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.hybrid.LuceneTexts;
import io.omendb.bench.hybrid.Packages;
import io.omendb.bench.stack.GatewayCalls;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench hybrid}: what hybrid search finds, against what it should, and how fast. */
@Command(
        name = "hybrid",
        description = {
            "Load packages with texts and vectors into a stack of its own and search them over HTTP by",
            "their titles: rankings judged by shared tags, text scores against Lucene's, filtered",
            "searches against scoring every row, latencies."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class HybridBench implements Callable<Integer> {
    private static final long NEVER_MS = 24L * 3_600_000;
    private static final int BATCH = 1_000;

    @Spec CommandSpec spec;

    @Option(
            names = "--packages",
            required = true,
            paramLabel = "F",
            description = "Packages, a JSON object a line, gzipped.")
    Path packagesFile;

    @Option(
            names = "--vectors",
            required = true,
            paramLabel = "F",
            description = "Their vectors, signed bytes, gzipped.")
    Path vectorsFile;

    @Option(
            names = "--queries",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Titles to search for; default ${DEFAULT-VALUE}.")
    int queries;

    @Option(
            names = "--filtered",
            paramLabel = "N",
            defaultValue = "500",
            description = "Filtered searches to compare; default ${DEFAULT-VALUE}.")
    int filtered;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "20",
            description = "How long to search for latencies; default ${DEFAULT-VALUE}.")
    double seconds;

    @Option(
            names = "--windows",
            split = ",",
            paramLabel = "N",
            description = "Also measure hybrid searches with these windows.")
    List<Integer> windows = List.of();

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "2",
            description = "Subtasks; default ${DEFAULT-VALUE}.")
    int shards;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of the choice of queries; default ${DEFAULT-VALUE}.")
    long seed;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() throws InterruptedException, IOException {
        Packages packages = Packages.read(packagesFile, vectorsFile);
        PrintWriter out = spec.commandLine().getOut();
        ObjectNode result = GatewayCalls.JSON.createObjectNode();
        result.put("rows", packages.size()).put("shards", shards).put("seed", seed);
        result.put("java", System.getProperty("java.version"));
        try (LoadedStack stack = LoadedStack.start(shards, schema(packages), NEVER_MS);
                LuceneTexts texts = LuceneTexts.of(packages);
                HybridCalls calls = new HybridCalls(stack.url(), LoadedStack.COLLECTION)) {
            load(packages, stack);
            HybridRun run = new HybridRun(packages, texts, calls, seed, out, result);
            run.quality(queries);
            run.windows(queries, windows);
            run.recall(queries);
            run.textScores(queries);
            run.filtered(filtered);
            run.latency(seconds, windows);
        }
        JsonReport.write(json, result);
        return 0;
    }

    private ObjectNode schema(Packages packages) {
        ObjectNode schema = GatewayCalls.JSON.createObjectNode();
        schema.put("dimension", packages.dimension()).put("metric", "cosine");
        schema.put("partitions", shards);
        ObjectNode fields = schema.putObject("fields");
        fields.put("section", "keyword").put("tags", "keyword[]").put("installed_kb", "long");
        fields.putObject("title").put("type", "text").put("language", "english");
        schema.putObject("text").put("language", "english");
        return schema;
    }

    private static void load(Packages packages, LoadedStack stack) throws InterruptedException {
        GatewayCalls gateway = new GatewayCalls(stack.url());
        String path = "/collections/" + LoadedStack.COLLECTION + "/points";
        try (ProgressBar bar = Progress.start("Writing packages", packages.size())) {
            for (int from = 0; from < packages.size(); from += BATCH) {
                ObjectNode body = GatewayCalls.JSON.createObjectNode();
                ArrayNode points = body.putArray("points");
                int to = Math.min(packages.size(), from + BATCH);
                for (int row = from; row < to; row++) {
                    points.add(packages.get(row).point());
                }
                GatewayCalls.Answer answer = gateway.post(path, body);
                if (!answer.isOk()) {
                    throw new OmenException(ErrorCode.EXTERNAL, "not written: " + answer.body());
                }
                bar.stepTo(to);
            }
        }
        stack.awaitSettled(packages.size());
    }
}
