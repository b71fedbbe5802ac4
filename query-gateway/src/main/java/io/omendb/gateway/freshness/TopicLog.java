package io.omendb.gateway.freshness;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What is known of one topic. Written by {@link LogWatch}, its thread and the Kafka client's; read
 * by any.
 */
final class TopicLog {
    /** Age from which what Kafka told of a log says nothing about it any more. */
    private static final long STALE_NANOS_MIN = TimeUnit.SECONDS.toNanos(5);

    final long bornNanos = System.nanoTime();
    final Map<Integer, Long> ends = new ConcurrentHashMap<>();

    /** Kafka's first answer that says where it ends, or that it does not exist. */
    final CompletableFuture<Void> first = new CompletableFuture<>();

    volatile long usedNanos = System.nanoTime();

    /** As Kafka said last; 0 before that. */
    volatile int partitions;

    /** At least, as the collection was made with so many; 0 for a mapped topic. */
    volatile int partitionsMin;

    /** Whether an answer about its ends, or about its partitions, is on its way. */
    volatile boolean asked;

    volatile boolean described;

    /** Whether Kafka could not tell the last time it was asked. */
    volatile boolean failed;

    /** Whether a collection is read from it; one of dead letters is only counted. */
    volatile boolean read;

    /** Whether Kafka said last that there is no such topic. */
    volatile boolean missing;

    /** What Kafka told last. */
    volatile Map<Integer, Long> told = Map.of();

    /** When Kafka was asked what it last told. */
    volatile long toldNanos;

    /**
     * Of a mapped topic, the offset before which Kafka has deleted everything, as of a while ago.
     */
    volatile Map<Integer, Long> begins = Map.of();

    final EndsHistory history = new EndsHistory();

    int partitions() {
        return Math.max(partitions, partitionsMin);
    }

    /** Whether it is a mapped topic, which somebody may make later, or delete. */
    boolean mayBeMissing() {
        return partitionsMin == 0;
    }

    /** There is no such topic, or none any more. */
    void miss() {
        missing = true;
        partitions = 0;
        told = Map.of();
        begins = Map.of();
        ends.clear();
        history.clear();
        first.complete(null);
    }

    /** Where it ends; null where that is not known. */
    @Nullable Map<Integer, Long> known() {
        if (missing) {
            return Map.of();
        }
        boolean fresh = first.isDone() && System.nanoTime() - toldNanos < STALE_NANOS_MIN;
        return fresh && ends.size() >= partitionsMin ? Map.copyOf(ends) : null;
    }
}
