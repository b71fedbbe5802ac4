package io.omendb.state;

import io.omendb.schema.CollectionDefinition;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * How far each source ({@code topic-partition}) was applied: the basis of freshness tokens. Written
 * by the task thread after the write became visible; read by query threads, so whoever sees an
 * offset here also sees its row.
 */
public final class AppliedOffsets {
    private final Map<String, AppliedPosition> positions = new ConcurrentHashMap<>();
    private final List<Waiter> waiters = new CopyOnWriteArrayList<>();

    private record Waiter(Map<String, Long> wanted, CompletableFuture<Void> reached) {}

    /**
     * Raises the position of a source; a lower one changes nothing.
     *
     * @param timestampMs of its record; 0 where that is not known, so that the last one stays
     */
    public void advance(String source, long offset, long timestampMs) {
        AppliedPosition known = positions.get(source);
        if (known == null || offset > known.offset()) {
            long time = timestampMs == 0 && known != null ? known.timestampMs() : timestampMs;
            positions.put(source, new AppliedPosition(offset, time));
            if (!waiters.isEmpty()) {
                completeWaiters();
            }
        }
    }

    /** Every source's position now. */
    public Map<String, AppliedPosition> current() {
        return new TreeMap<>(positions);
    }

    /**
     * Positions of what may feed a collection: the partitions of its topic, and of all mapped
     * topics, since which of them do is known to who asks.
     *
     * @param topic the collection's own
     */
    public Map<String, AppliedPosition> feeding(String topic) {
        return feeding(positions, topic);
    }

    static Map<String, AppliedPosition> feeding(
            Map<String, AppliedPosition> positions, String topic) {
        Map<String, AppliedPosition> result = new TreeMap<>();
        positions.forEach(
                (source, position) -> {
                    if (isOfTopic(source, topic) || !CollectionDefinition.isReserved(source)) {
                        result.put(source, position);
                    }
                });
        return result;
    }

    /** Whether a source is a partition of a topic. */
    static boolean isOfTopic(String source, String topic) {
        return source.length() > topic.length()
                && source.lastIndexOf('-') == topic.length()
                && source.startsWith(topic);
    }

    /** Whether every source has reached its offset. */
    public boolean reached(Map<String, Long> wanted) {
        return wanted.entrySet().stream()
                .allMatch(
                        entry -> {
                            AppliedPosition known = positions.get(entry.getKey());
                            return known != null && known.offset() >= entry.getValue();
                        });
    }

    /** Completes once every source has reached its offset; cancel it to stop waiting. */
    public CompletableFuture<Void> whenReached(Map<String, Long> wanted) {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        Waiter waiter = new Waiter(Map.copyOf(wanted), reached);
        waiters.add(waiter);
        reached.whenComplete((done, failure) -> waiters.remove(waiter));
        // The offset may have been applied before the waiter was there to be told.
        if (reached(waiter.wanted)) {
            reached.complete(null);
        }
        return reached;
    }

    /** Forgets the sources of a topic that is no longer read. */
    void forgetTopic(String topic) {
        positions.keySet().removeIf(source -> isOfTopic(source, topic));
    }

    private void completeWaiters() {
        Iterator<Waiter> all = waiters.iterator();
        while (all.hasNext()) {
            Waiter waiter = all.next();
            if (reached(waiter.wanted)) {
                waiter.reached.complete(null);
            }
        }
    }
}
