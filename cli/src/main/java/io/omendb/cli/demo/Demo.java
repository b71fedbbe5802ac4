package io.omendb.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.client.GatewayAccess;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.LocalStack;
import io.omendb.embed.hashing.HashingEmbedder;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Streams the running JDK's public API into a stack, searches it meanwhile, and measures both:
 * search latency as an HTTP client sees it, freshness from the moment a point is handed to the
 * Kafka producer to the moment a search finds it, and recall against an exact scan of everything
 * sent.
 */
public final class Demo {
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(2);
    private static final Duration SETTLE_TIMEOUT = Duration.ofMinutes(2);
    private static final int WARM_UP_SECONDS_MAX = 10;
    private static final int K = 10;
    private static final int SHOWN_HITS = 3;
    private static final long SHOW_NANOS = 4_000_000_000L;
    private static final long POLL_NANOS = 20_000_000L;

    private final LocalStack stack;
    private final GatewayClient client;
    private final PrintStream out;
    private final HashingEmbedder embedder = new HashingEmbedder();
    private final DemoStats stats = new DemoStats();
    private final DemoSearches searches;

    public Demo(LocalStack stack, PrintStream out) {
        this.stack = stack;
        this.out = out;
        this.client =
                new GatewayClient(stack.gateway().withApiKey(GatewayAccess.keyOfEnvironment()));
        this.searches = new DemoSearches(client, embedder);
    }

    /**
     * Runs it.
     *
     * @param ratePerSecond points a second
     * @param secondsMax when to stop streaming; 0 for when everything was sent
     * @return the summary, the keys of the contract
     */
    public ObjectNode run(int ratePerSecond, int secondsMax) throws InterruptedException {
        awaitReady();
        client.send(
                "PUT",
                GatewayClient.collection(JdkCollection.NAME),
                JdkCollection.schema(embedder));
        out.printf(
                Locale.ROOT,
                "streaming the public API of JDK %s as %d-d vectors, %,d a second, and searching it"
                        + " meanwhile%n",
                Runtime.version().feature(),
                embedder.dimension(),
                ratePerSecond);
        out.printf(
                "latencies count from %d s on, when the JVM has compiled itself%n",
                warmUpSeconds(secondsMax));
        ElementStream stream =
                new ElementStream(stack.bootstrapServers(), embedder, ratePerSecond, stats);
        FreshnessProbe probe = new FreshnessProbe(stream, searches, stats);
        Thread streaming = start(stream, "demo-stream");
        Thread probing = start(probe, "demo-freshness");
        try {
            searchWhile(stream, secondsMax);
        } finally {
            stream.stop();
            probe.stop();
            streaming.join();
            probing.join();
        }
        Exception refused = stream.failure();
        if (refused != null) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "Kafka refused a write: " + refused, refused);
        }
        ExactTruth truth = new ExactTruth(stream.sent());
        awaitAllApplied();
        return summary(stream, truth);
    }

    private void searchWhile(ElementStream stream, int secondsMax) throws InterruptedException {
        long start = System.nanoTime();
        long shown = start;
        long warmUpNanos = warmUpSeconds(secondsMax) * 1_000_000_000L;
        boolean warm = false;
        int next = 0;
        while (!stream.isDone()) {
            if (secondsMax > 0 && System.nanoTime() - start > secondsMax * 1_000_000_000L) {
                return;
            }
            if (!warm && System.nanoTime() - start > warmUpNanos) {
                warm = true;
                stats.endWarmUp();
            }
            String query = DemoSearches.QUERIES.get(next++ % DemoSearches.QUERIES.size());
            long asked = System.nanoTime();
            JsonNode answer = searches.byText(query, K);
            stats.searched(System.nanoTime() - asked);
            if (System.nanoTime() - shown > SHOW_NANOS) {
                shown = System.nanoTime();
                show(stream, query, answer);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private static int warmUpSeconds(int secondsMax) {
        return secondsMax == 0
                ? WARM_UP_SECONDS_MAX
                : Math.min(WARM_UP_SECONDS_MAX, secondsMax / 4);
    }

    private void show(ElementStream stream, String query, JsonNode answer) {
        out.printf(
                Locale.ROOT,
                "%n%,9d vectors  %,6.0f/s  search p50 %.1f ms p99 %.1f ms  fresh after %s%n",
                stats.vectors(),
                stats.vectors() / stream.seconds(),
                stats.searchMs(50),
                stats.searchMs(99),
                freshness());
        out.printf("  \"%s\"%n", query);
        int rank = 0;
        for (JsonNode hit : answer.path("hits")) {
            if (rank++ == SHOWN_HITS) {
                break;
            }
            out.printf(
                    Locale.ROOT,
                    "    %.3f  %s%n",
                    hit.path("distance").asDouble(),
                    hit.path("id").asText());
        }
        out.flush();
    }

    private String freshness() {
        return stats.freshnessSamples() == 0
                ? "? (none measured yet)"
                : String.format(
                        Locale.ROOT,
                        "p50 %.0f ms p99 %.0f ms",
                        stats.freshnessMs(50),
                        stats.freshnessMs(99));
    }

    private ObjectNode summary(ElementStream stream, ExactTruth truth) throws InterruptedException {
        double recall = 0;
        for (String query : DemoSearches.QUERIES) {
            recall += truth.recall(embedder.embed(query), searches.byText(query, K), K);
        }
        ObjectNode summary = new ObjectMapper().createObjectNode();
        summary.put("vectors", stats.vectors());
        summary.put("ingest_per_s", Math.round(stats.vectors() / stream.seconds()));
        summary.put("searches", stats.searches());
        summary.put("search_p50_ms", stats.searchMs(50));
        summary.put("search_p99_ms", stats.searchMs(99));
        summary.put("recall_at_10", recall / DemoSearches.QUERIES.size());
        summary.put("freshness_p50_ms", stats.freshnessMs(50));
        summary.put("freshness_p99_ms", stats.freshnessMs(99));
        summary.put("freshness_samples", stats.freshnessSamples());
        return summary;
    }

    private void awaitReady() throws InterruptedException {
        long deadline = System.nanoTime() + READY_TIMEOUT.toNanos();
        while (!client.isReady()) {
            check(deadline, "OmenDB was not ready after " + READY_TIMEOUT.toSeconds() + " s");
        }
    }

    private void awaitAllApplied() throws InterruptedException {
        long deadline = System.nanoTime() + SETTLE_TIMEOUT.toNanos();
        String path = GatewayClient.collection(JdkCollection.NAME);
        while (client.send("GET", path, null).path("vectors").asLong() < stats.vectors()) {
            check(
                    deadline,
                    "not everything sent was applied after " + SETTLE_TIMEOUT.toSeconds() + " s");
        }
    }

    private void check(long deadline, String message) throws InterruptedException {
        @Nullable String failure = stack.failure().orElse(null);
        if (failure != null) {
            throw new OmenException(ErrorCode.EXTERNAL, "OmenDB cannot go on: " + failure);
        }
        if (System.nanoTime() > deadline) {
            throw new OmenException(ErrorCode.TIMEOUT, message);
        }
        LockSupport.parkNanos(POLL_NANOS);
    }

    private static Thread start(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
