package io.omendb.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.stack.GatewayCalls;
import io.omendb.bench.stack.GatewayCalls.Answer;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import me.tongfei.progressbar.ProgressBar;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench tokens}: whether every writer finds its own write. */
@Command(
        name = "tokens",
        description = {
            "Write points over HTTP, one at a time, and search for each at once with consistency",
            "{\"after\": its tokens}, while other rows stream in. Exits 1 if any is not found."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class TokensBench implements Callable<Integer> {
    private static final int K = 10;
    private static final long LATENCY_NS_MAX = 600_000_000_000L;
    private static final long CHECKPOINT_MS = 10_000;
    private static final int SECONDS_MAX = 3_600;
    private static final long SEED = 29;

    @Spec CommandSpec spec;

    @Option(
            names = "--base",
            required = true,
            paramLabel = "F",
            description = "Vectors that stream in meanwhile.")
    Path base;

    @Option(
            names = "--writes",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Writes, each followed by a search; default ${DEFAULT-VALUE}.")
    int writes;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "5000",
            description = "Other rows a second; default ${DEFAULT-VALUE}.")
    int rate;

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Rows there are before; default ${DEFAULT-VALUE}.")
    int rows;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "2",
            description = "Subtasks, and partitions; default ${DEFAULT-VALUE}.")
    int shards;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    private final Histogram written = new Histogram(LATENCY_NS_MAX, 3);
    private final Histogram searched = new Histogram(LATENCY_NS_MAX, 3);
    private int found;
    private @Nullable String missed;

    @Override
    public Integer call() throws InterruptedException {
        HeldVectors vectors = HeldVectors.read(new VectorSet(base, Integer.MAX_VALUE));
        int checkpoints;
        try (LoadedStack stack =
                        LoadedStack.start(shards, vectors.dimension(), "l2", CHECKPOINT_MS);
                RowSender sender =
                        RowSender.open(
                                stack.brokers(), LoadedStack.COLLECTION, vectors, RowForm.F32)) {
            stack.load(sender, rows);
            Thread stream =
                    new Thread(() -> sender.sendEvenly(rate, SECONDS_MAX), "omen-bench-writer");
            stream.setDaemon(true);
            stream.start();
            writeAndSearch(new GatewayCalls(stack.url()), vectors.dimension());
            sender.stop();
            stream.join();
            checkpoints = stack.checkpoints();
        }
        return report(checkpoints) ? 0 : 1;
    }

    private void writeAndSearch(GatewayCalls gateway, int dimension) throws InterruptedException {
        String path = "/collections/" + LoadedStack.COLLECTION;
        Random random = new Random(SEED);
        try (ProgressBar bar = Progress.start("Writing and searching", writes)) {
            for (int i = 0; i < writes; i++) {
                String id = "own-" + i;
                ArrayNode vector = GatewayCalls.JSON.createArrayNode();
                for (int d = 0; d < dimension; d++) {
                    vector.add(random.nextFloat() * 255);
                }
                ObjectNode points = GatewayCalls.JSON.createObjectNode();
                points.putArray("points").addObject().put("id", id).set("vector", vector);
                long start = System.nanoTime();
                JsonNode accepted = require(gateway.post(path + "/points", points));
                long acknowledged = System.nanoTime();
                ObjectNode search = GatewayCalls.JSON.createObjectNode();
                search.set("vector", vector);
                search.put("k", K).put("timeout_ms", 5_000);
                search.putObject("consistency").set("after", accepted.path("tokens"));
                JsonNode answer = require(gateway.post(path + "/search", search));
                searched.recordValue(System.nanoTime() - acknowledged);
                written.recordValue(acknowledged - start);
                boolean there = false;
                for (JsonNode hit : answer.path("hits")) {
                    there |= hit.path("id").asText().equals(id);
                }
                if (there) {
                    found++;
                } else if (missed == null) {
                    missed = id + " after " + accepted + ": " + answer;
                }
                bar.step();
            }
        }
    }

    private boolean report(int checkpoints) {
        ObjectNode result = GatewayCalls.JSON.createObjectNode();
        result.put("writes", writes).put("found", found).put("missed", writes - found);
        result.put("rate", rate).put("checkpoints", checkpoints);
        result.put("write_p50_ms", ms(written, 50)).put("write_p99_ms", ms(written, 99));
        result.put("search_after_p50_ms", ms(searched, 50));
        result.put("search_after_p99_ms", ms(searched, 99));
        if (missed != null) {
            result.put("example", missed);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(result.toPrettyString());
        out.flush();
        JsonReport.write(json, result);
        return found == writes;
    }

    private static JsonNode require(Answer answer) {
        if (!answer.isOk()) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "found " + answer.status() + " " + answer.body());
        }
        return answer.body();
    }

    private static double ms(Histogram ns, double percentile) {
        return ns.getValueAtPercentile(percentile) / 1e6;
    }
}
