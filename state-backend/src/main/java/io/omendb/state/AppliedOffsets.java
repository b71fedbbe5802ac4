package io.omendb.state;

import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * How far each source ({@code topic-partition}) was applied: the basis of freshness tokens. Written
 * by the task thread after the write became visible; read by query threads, so whoever sees an
 * offset here also sees its row.
 */
public final class AppliedOffsets {
    /**
     * Less than any offset that a record has: who waits for no more than this waits for nothing.
     */
    private static final long NOTHING = -1;

    private final Map<String, AppliedPosition> positions = new ConcurrentHashMap<>();

    /** Those who wait, by one of the sources that they wait for. */
    private final Map<String, Waiters> waiting = new ConcurrentHashMap<>();

    private record Waiter(Map<String, Long> wanted, CompletableFuture<Void> reached) {}

    /**
     * Who waits for one source, in the order of offsets: with each record that is applied only
     * those are looked at whose offset it reaches.
     */
    private static final class Waiters {
        private final NavigableMap<Long, Set<Waiter>> byOffset = new TreeMap<>();

        /** Nobody is left: whoever comes needs others. */
        private boolean gone;

        /** The least offset that somebody waits for; read without the lock. */
        private volatile long least = Long.MAX_VALUE;

        synchronized boolean add(long offset, Waiter waiter) {
            if (gone) {
                return false;
            }
            boolean unused = byOffset.computeIfAbsent(offset, any -> new HashSet<>()).add(waiter);
            least = byOffset.firstKey();
            return true;
        }

        /** Says whether nobody is left. */
        synchronized boolean remove(long offset, Waiter waiter) {
            Set<Waiter> there = byOffset.get(offset);
            if (there != null && there.remove(waiter) && there.isEmpty()) {
                byOffset.remove(offset);
            }
            return look();
        }

        /** Takes those out whose offset is reached; tells them. */
        synchronized List<Waiter> upTo(long offset) {
            NavigableMap<Long, Set<Waiter>> reached = byOffset.headMap(offset, true);
            List<Waiter> found = new ArrayList<>();
            reached.values().forEach(found::addAll);
            reached.clear();
            boolean unused = look();
            return found;
        }

        synchronized boolean isGone() {
            return gone;
        }

        private boolean look() {
            least = byOffset.isEmpty() ? Long.MAX_VALUE : byOffset.firstKey();
            gone |= byOffset.isEmpty();
            return gone;
        }
    }

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
            Waiters here = waiting.get(source);
            if (here != null && here.least <= offset) {
                List<Waiter> reached = here.upTo(offset);
                forgetIfGone(source, here);
                reached.forEach(this::lookAgain);
            }
        }
    }

    /** Every source's position now. */
    public Map<String, AppliedPosition> current() {
        return new TreeMap<>(positions);
    }

    /** Positions of the partitions of a topic and some more. */
    Map<String, AppliedPosition> ofTopics(String topic, Set<String> more) {
        Map<String, AppliedPosition> result = new TreeMap<>();
        positions.forEach(
                (source, position) -> {
                    if (isOfTopic(source, topic)
                            || !more.isEmpty()
                                    && more.contains(
                                            source.substring(0, source.lastIndexOf('-')))) {
                        result.put(source, position);
                    }
                });
        return result;
    }

    /**
     * Positions of what may feed a collection: the partitions of its topic, and of all mapped
     * topics. For what is kept: which of them do feed it, is known to who asks later.
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

    /** Completes once every source has reached its offset; cancel it to stop waiting. */
    public CompletableFuture<Void> whenReached(Map<String, Long> wanted) {
        Waiter waiter = new Waiter(Map.copyOf(wanted), new CompletableFuture<>());
        lookAgain(waiter);
        return waiter.reached;
    }

    /** Completes what is reached; else waits at the first source that has not got there. */
    private void lookAgain(Waiter waiter) {
        while (!waiter.reached.isDone()) {
            Map.Entry<String, Long> missing = missing(waiter.wanted);
            if (missing == null) {
                waiter.reached.complete(null);
                return;
            }
            String source = missing.getKey();
            long offset = missing.getValue();
            Waiters here = waiting.computeIfAbsent(source, any -> new Waiters());
            if (!here.add(offset, waiter)) {
                forgetIfGone(source, here);
                continue;
            }
            CompletableFuture<Void> unused =
                    waiter.reached.whenComplete((done, failure) -> leave(source, offset, waiter));
            if (appliedOf(source) < offset) {
                return;
            }
            // It was applied before the waiter was there to be found.
            leave(source, offset, waiter);
        }
    }

    private void leave(String source, long offset, Waiter waiter) {
        Waiters here = waiting.get(source);
        if (here != null && here.remove(offset, waiter)) {
            forgetIfGone(source, here);
        }
    }

    private void forgetIfGone(String source, Waiters here) {
        if (here.isGone()) {
            waiting.remove(source, here);
        }
    }

    /** A source that has not reached its offset; null if all have. */
    private Map.@Nullable Entry<String, Long> missing(Map<String, Long> wanted) {
        for (Map.Entry<String, Long> entry : wanted.entrySet()) {
            if (appliedOf(entry.getKey()) < entry.getValue()) {
                return entry;
            }
        }
        return null;
    }

    /** The last offset of a source; before its first, the one before all offsets. */
    private long appliedOf(String source) {
        AppliedPosition known = positions.get(source);
        return known == null ? NOTHING : known.offset();
    }

    /** Forgets the sources of a topic that is no longer read. */
    void forgetTopic(String topic) {
        positions.keySet().removeIf(source -> isOfTopic(source, topic));
    }
}
