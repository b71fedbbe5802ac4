package io.omendb.connectors.producer;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.record.SparseVector;
import io.omendb.record.arrow.ArrowPointWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/** The points of one partition that wait to be sent together. Safe for use by several threads. */
final class PartitionBatch implements AutoCloseable {
    private final ArrowPointWriter points;
    private final ProducerOptions options;
    private final Sender sender;

    /** Sent since the last flush and not known to be in Kafka yet. */
    private final Deque<CompletableFuture<String>> sent = new ArrayDeque<>();

    private @Nullable CompletableFuture<String> failed;
    private CompletableFuture<String> token = new CompletableFuture<>();
    private long dueNs;
    private boolean ended;

    /** Sends a record to the partition. */
    @FunctionalInterface
    interface Sender {
        CompletableFuture<String> send(
                byte @Nullable [] key, byte @Nullable [] value, List<Header> headers);
    }

    PartitionBatch(int dimension, ProducerOptions options, Sender sender) {
        this.points = new ArrowPointWriter(dimension);
        this.options = options;
        this.sender = sender;
    }

    static boolean isColumnar(ObjectNode metadata) {
        return ArrowPointWriter.isColumnar(metadata);
    }

    synchronized CompletableFuture<String> add(
            byte[] id,
            float[] vector,
            @Nullable ObjectNode metadata,
            byte @Nullable [] text,
            @Nullable SparseVector sparse) {
        checkOpen();
        long bytes = points.bytes(id, metadata, text, sparse);
        if (points.bytes() + bytes > ProducerOptions.BATCH_BYTES_MAX) {
            send();
        }
        if (!points.add(id, vector, metadata, text, sparse)) {
            send();
            if (!points.add(id, vector, metadata, text, sparse)) {
                throw new IllegalStateException("a point does not fit an empty batch");
            }
        }
        CompletableFuture<String> ofPoint = token;
        if (points.rows() == 1) {
            dueNs = System.nanoTime() + options.linger().toNanos();
        }
        if (points.bytes() >= options.batchBytes()) {
            send();
        }
        return ofPoint;
    }

    /** Sends what waits, and then this record: the order of writes stays. */
    synchronized CompletableFuture<String> sendAlone(
            byte[] key, byte @Nullable [] value, List<Header> headers) {
        checkOpen();
        send();
        return remember(sender.send(key, value, headers));
    }

    /** Sends what waits; nothing more is taken, so that no write can be left behind. */
    synchronized void end() {
        ended = true;
        send();
    }

    private void checkOpen() {
        if (ended) {
            throw new IllegalStateException("the producer is closed");
        }
    }

    synchronized void sendIfDue() {
        if (points.rows() > 0 && System.nanoTime() - dueNs >= 0) {
            send();
        }
    }

    /** Sends what waits. Returns all that may not have reached Kafka since the last call. */
    synchronized List<CompletableFuture<String>> sendAll() {
        send();
        List<CompletableFuture<String>> all = new ArrayList<>(sent);
        if (failed != null) {
            all.add(0, failed);
            failed = null;
        }
        sent.clear();
        return all;
    }

    @Override
    public synchronized void close() {
        points.close();
    }

    private void send() {
        if (points.rows() == 0) {
            return;
        }
        CompletableFuture<String> ofBatch = token;
        token = new CompletableFuture<>();
        byte[] stream = points.finish();
        CompletableFuture<String> acknowledged =
                remember(sender.send(null, stream, OmenProducer.arrow()));
        var unused =
                acknowledged.whenComplete(
                        (position, failure) -> {
                            if (failure == null) {
                                ofBatch.complete(position);
                            } else {
                                ofBatch.completeExceptionally(failure);
                            }
                        });
    }

    private CompletableFuture<String> remember(CompletableFuture<String> acknowledged) {
        CompletableFuture<String> first = sent.peekFirst();
        while (first != null && first.isDone()) {
            if (first.isCompletedExceptionally() && failed == null) {
                failed = first;
            }
            sent.removeFirst();
            first = sent.peekFirst();
        }
        sent.addLast(acknowledged);
        return acknowledged;
    }
}
