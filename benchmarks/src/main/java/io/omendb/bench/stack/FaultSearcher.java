package io.omendb.bench.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.bench.stack.GatewayCalls.Answer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Searches all the time, every second time with {@code allow_partial}, every third time with
 * consistency {@code committed}, and looks at every answer: no id may be there twice, every point
 * must be one that was written, in full, and the answer must come from all shards or say that it
 * does not and have been allowed to. What a committed search showed must never be rolled back: no
 * later search may show an older write of that id. What is refused must be refused as unavailable.
 * The thread {@code omen-fault-searcher}.
 */
final class FaultSearcher implements AutoCloseable {
    private static final int K = 20;
    private static final long PAUSE_MS = 20;

    /** No gateway, shards unavailable, shards too slow. */
    private static final Set<Integer> REFUSALS = Set.of(0, 503, 504);

    private final FaultPoints points;
    private final GatewayCalls gateway;
    private final String path;
    private final Thread thread = new Thread(this::run, "omen-fault-searcher");
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong partial = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong wrong = new AtomicLong();
    private final AtomicLong committedHits = new AtomicLong();
    private final AtomicLong rolledBack = new AtomicLong();

    /** By id, the newest write that a committed search showed. */
    private final Map<String, Long> newestCommitted = new HashMap<>();

    private volatile long lastAnswerNanos = System.nanoTime();
    private volatile @Nullable String firstWrong;
    private volatile boolean closed;

    FaultSearcher(FaultPoints points, GatewayCalls gateway, String collection) {
        this.points = points;
        this.gateway = gateway;
        this.path = "/collections/" + collection + "/search";
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            for (long query = 0; !closed; query++) {
                ObjectNode body = GatewayCalls.JSON.createObjectNode();
                ArrayNode vector = body.putArray("vector");
                for (float component : points.vector(-1 - query)) {
                    vector.add(component);
                }
                body.put("k", K);
                body.putArray("include").add("id").add("distance").add("metadata").add("vector");
                boolean allowPartial = query % 2 == 1;
                body.put("allow_partial", allowPartial);
                boolean committed = query % 3 == 2;
                body.put("consistency", committed ? "committed" : "eventual");
                long sent = System.nanoTime();
                Answer answer = gateway.post(path, body);
                if (!answer.isOk()) {
                    refused.incrementAndGet();
                    if (!REFUSALS.contains(answer.status())) {
                        wrong(answer.body());
                    }
                } else if (check(answer.body(), allowPartial, committed)) {
                    answered.incrementAndGet();
                    lastAnswerNanos = sent;
                } else {
                    partial.incrementAndGet();
                }
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            }
        } catch (InterruptedException e) {
            // Only close() interrupts this thread.
        }
    }

    /** Tells whether the answer is complete. */
    private boolean check(JsonNode answer, boolean allowPartial, boolean committed) {
        JsonNode shards = answer.path("shards");
        boolean complete = shards.path("total").asInt() == shards.path("answered").asInt();
        if (!complete && !allowPartial) {
            wrong(answer);
        }
        Set<String> ids = new HashSet<>();
        for (JsonNode hit : answer.path("hits")) {
            String id = hit.path("id").asText();
            if (!ids.add(id)) {
                duplicates.incrementAndGet();
                firstWrong = answer.toString();
            }
            if (!isAsWritten(points, id, hit)) {
                wrong(hit);
            }
            checkCommitted(id, hit, committed);
        }
        return complete;
    }

    private void checkCommitted(String id, JsonNode hit, boolean committed) {
        long write = hit.path("metadata").path("n").asLong(-1);
        Long known = newestCommitted.get(id);
        if (known != null && write < known) {
            rolledBack.incrementAndGet();
            firstWrong = "write " + known + " was committed before: " + hit;
        }
        if (committed) {
            committedHits.incrementAndGet();
            newestCommitted.merge(id, write, Math::max);
        }
    }

    private void wrong(JsonNode what) {
        wrong.incrementAndGet();
        firstWrong = what.toString();
    }

    /** Whether a point's vector and metadata are those of one and the same write of its id. */
    static boolean isAsWritten(FaultPoints points, String id, JsonNode point) {
        long write = point.path("metadata").path("n").asLong(-1);
        if (write < 0 || !points.id(write).equals(id)) {
            return false;
        }
        float[] expected = points.vector(write);
        JsonNode found = point.path("vector");
        for (int d = 0; d < expected.length; d++) {
            if (found.path(d).floatValue() != expected[d]) {
                return false;
            }
        }
        return found.size() == expected.length;
    }

    /** When the request was sent that was answered last. */
    long lastAnswerNanos() {
        return lastAnswerNanos;
    }

    long answered() {
        return answered.get();
    }

    /** Answers that said that shards were missing. */
    long partial() {
        return partial.get();
    }

    long refused() {
        return refused.get();
    }

    long duplicates() {
        return duplicates.get();
    }

    /** Rows that searches with consistency committed returned. */
    long committedHits() {
        return committedHits.get();
    }

    /** Hits older than what a committed search had shown before. */
    long rolledBack() {
        return rolledBack.get();
    }

    long wrong() {
        return wrong.get();
    }

    /** An example of what was wrong; null where nothing was. */
    @Nullable String firstWrong() {
        return firstWrong;
    }

    @Override
    public void close() throws InterruptedException {
        closed = true;
        thread.interrupt();
        thread.join();
    }
}
