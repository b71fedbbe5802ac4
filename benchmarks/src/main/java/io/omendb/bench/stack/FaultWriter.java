package io.omendb.bench.stack;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.bench.stack.GatewayCalls.Answer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes batches one after another, each until it is acknowledged, and knows from that what must be
 * there in the end. The thread {@code omen-fault-writer}. Between writes it can be made to pause.
 */
final class FaultWriter implements AutoCloseable {
    private static final int BATCH = 50;
    private static final long RETRY_MS = 200;

    /** Every fourth batch deletes. */
    private static final int DELETES_EVERY = 4;

    private final FaultPoints points;
    private final GatewayCalls gateway;
    private final String collection;
    private final long pauseMs;
    private final Thread thread = new Thread(this::run, "omen-fault-writer");

    /** What is acknowledged: the write that each id has; null for a delete. */
    private final Map<String, @Nullable Long> acknowledged = new HashMap<>();

    /** Last token of each partition. */
    private final Map<String, Long> tokens = new TreeMap<>();

    private long next;
    private boolean closed;

    FaultWriter(FaultPoints points, GatewayCalls gateway, String collection, int rate) {
        this.points = points;
        this.gateway = gateway;
        this.collection = collection;
        this.pauseMs = Math.max(1, 1_000L * BATCH / rate);
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        try {
            for (long batch = 1; !isClosed(); batch++) {
                write(batch % DELETES_EVERY == 0);
                TimeUnit.MILLISECONDS.sleep(pauseMs);
            }
        } catch (InterruptedException e) {
            // Only close() interrupts this thread.
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    private synchronized void write(boolean deletes) throws InterruptedException {
        ObjectNode body = GatewayCalls.JSON.createObjectNode();
        Map<String, Long> batch = new TreeMap<>();
        for (int i = 0; i < BATCH; i++) {
            long write = next++;
            batch.put(points.id(write), write);
        }
        ArrayNode array = body.putArray(deletes ? "ids" : "points");
        batch.forEach(
                (id, write) -> {
                    if (deletes) {
                        array.add(id);
                    } else {
                        ObjectNode point = array.addObject();
                        point.put("id", id);
                        ArrayNode vector = point.putArray("vector");
                        for (float component : points.vector(write)) {
                            vector.add(component);
                        }
                        point.putObject("metadata").put("n", write);
                    }
                });
        String path = "/collections/" + collection + (deletes ? "/points/delete" : "/points");
        Answer answer = gateway.post(path, body);
        while (!answer.isOk()) {
            // Whether it was written is not known; written twice, it is the same.
            wait(RETRY_MS);
            if (closed) {
                throw new InterruptedException();
            }
            answer = gateway.post(path, body);
        }
        batch.forEach((id, write) -> acknowledged.put(id, deletes ? null : write));
        for (JsonNode token : answer.body().path("tokens")) {
            String text = token.asText();
            int colon = text.lastIndexOf(':');
            tokens.merge(
                    text.substring(0, colon), Long.parseLong(text.substring(colon + 1)), Math::max);
        }
    }

    /** Calls something while no write is under way. */
    synchronized void whilePaused(Quiet action) throws InterruptedException {
        action.with(acknowledged, tokenList());
    }

    /** What is done while nothing is written. */
    interface Quiet {
        /**
         * Does it.
         *
         * @param acknowledged the write that each id has; null for a delete
         * @param tokens the last token of each partition
         */
        void with(Map<String, @Nullable Long> acknowledged, List<String> tokens)
                throws InterruptedException;
    }

    private List<String> tokenList() {
        List<String> list = new ArrayList<>();
        tokens.forEach((partition, offset) -> list.add(partition + ":" + offset));
        return list;
    }

    /** Batches acknowledged so far, in writes. */
    synchronized long writes() {
        return next;
    }

    @Override
    public void close() throws InterruptedException {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        thread.interrupt();
        thread.join();
    }
}
