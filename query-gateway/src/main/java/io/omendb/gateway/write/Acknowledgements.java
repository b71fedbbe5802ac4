package io.omendb.gateway.write;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.freshness.LogEnds;
import io.omendb.gateway.freshness.Token;
import io.omendb.protocol.kafka.KafkaErrors;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/** Collects what Kafka says to the records of one request. Called by the producer's thread. */
final class Acknowledgements implements Callback {
    private final String topic;
    private final LogEnds ends;
    private final AtomicInteger missing;
    private final Map<Integer, Long> highest = new ConcurrentSkipListMap<>();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final CompletableFuture<List<Token>> result = new CompletableFuture<>();

    Acknowledgements(String topic, int records, LogEnds ends) {
        this.topic = topic;
        this.ends = ends;
        this.missing = new AtomicInteger(records);
        if (records == 0) {
            result.complete(List.of());
        }
    }

    CompletableFuture<List<Token>> result() {
        return result;
    }

    @Override
    public void onCompletion(RecordMetadata written, @Nullable Exception error) {
        if (error != null) {
            failure.compareAndSet(null, error);
        } else {
            highest.merge(written.partition(), written.offset(), Math::max);
        }
        leaveOut(1);
    }

    /** Whether Kafka has refused one of them. */
    boolean hasFailed() {
        return failure.get() != null;
    }

    /** Makes it fail, for a reason that Kafka gives otherwise than by a callback. */
    void fail(Exception reason) {
        failure.compareAndSet(null, reason);
    }

    /** Of so many records nothing more will be heard. */
    void leaveOut(int records) {
        if (missing.addAndGet(-records) == 0) {
            finish();
        }
    }

    private void finish() {
        highest.forEach((partition, offset) -> ends.written(topic, partition, offset));
        Exception error = failure.get();
        if (error == null) {
            // Off the producer's thread: what follows may take its time.
            result.completeAsync(
                    () ->
                            highest.entrySet().stream()
                                    .map(e -> new Token(topic, e.getKey(), e.getValue()))
                                    .toList());
            return;
        }
        result.completeExceptionally(
                new OmenException(
                        ErrorCode.UNAVAILABLE,
                        "Kafka did not acknowledge every record, some may have been written ("
                                + KafkaErrors.reason(error)
                                + "); sending them again is safe.",
                        error));
    }
}
