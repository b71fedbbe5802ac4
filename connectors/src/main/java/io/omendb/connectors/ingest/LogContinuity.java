package io.omendb.connectors.ingest;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that no record is passed over in silence: where Kafka's retention overtakes the job,
 * its source would go on with the oldest record there is. Remembers the next offset of every
 * partition, which checkpoints keep, and asks Kafka whether what is missing was deleted. Used by
 * the parser's task thread.
 *
 * <p>Compaction and transactions leave offsets without records, as many as there are records. A
 * log's begin only grows, so one answer is enough for all gaps before it: if nothing from the first
 * of them on is deleted now, nothing was when they were read. Kafka is asked at the first gap, then
 * once a second, and before every checkpoint, which thus never passes over what was not looked at.
 */
final class LogContinuity {
    private static final Logger LOG = LoggerFactory.getLogger(LogContinuity.class);
    private static final long ASK_INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final MissingRecords missingRecords;
    private final Function<Collection<TopicPartition>, Map<TopicPartition, LogRange>> kafka;
    private final Routes routes;
    private final LongSupplier nanoClock;
    private final Map<TopicPartition, LogPosition> positions = new HashMap<>();
    private long askedNanos;

    /**
     * A continuity without positions.
     *
     * @param kafka tells what partitions hold; leaves out those that do not exist
     * @param routes the collection that a topic feeds; nobody wants the records of the others
     */
    LogContinuity(
            MissingRecords missingRecords,
            Function<Collection<TopicPartition>, Map<TopicPartition, LogRange>> kafka,
            Routes routes,
            LongSupplier nanoClock) {
        this.missingRecords = missingRecords;
        this.kafka = kafka;
        this.routes = routes;
        this.nanoClock = nanoClock;
        this.askedNanos = nanoClock.getAsLong() - ASK_INTERVAL_NANOS;
    }

    /**
     * A position that a checkpoint holds; of several of one partition the newest generation's
     * highest counts.
     */
    void restore(TopicPartition partition, LogPosition position) {
        positions.merge(
                partition, position, (known, other) -> other.isAfter(known) ? other : known);
    }

    /** Where each partition is read on. */
    Map<TopicPartition, LogPosition> positions() {
        return Collections.unmodifiableMap(positions);
    }

    /**
     * Compares all positions with what Kafka holds.
     *
     * @throws SuppressRestartsException if a log is another one than was read, or records are
     *     missing and the job is to fail
     */
    void check() {
        Map<TopicPartition, CollectionDefinition> wanted = new HashMap<>();
        for (TopicPartition partition : positions.keySet()) {
            CollectionDefinition definition = definition(partition);
            if (definition != null) {
                wanted.put(partition, definition);
            }
        }
        Map<TopicPartition, LogRange> found = kafka.apply(wanted.keySet());
        List<String> gone = new ArrayList<>();
        List<String> others = new ArrayList<>();
        positions.forEach(
                (partition, position) -> {
                    CollectionDefinition definition = wanted.get(partition);
                    LogRange range = found.get(partition);
                    if (definition != null && range != null) {
                        long next = next(partition, position, definition, range);
                        range.endsBefore(partition, next).ifPresent(others::add);
                        range.gone(partition, next).ifPresent(gone::add);
                    } else if (definition != null) {
                        gone.add(partition + ": there is no such partition any more");
                    }
                });
        if (!others.isEmpty()) {
            others.addAll(gone);
            throw otherLog(others);
        }
        report(gone);
    }

    /** The first record that is wanted; takes note of a log that began anew with its collection. */
    private static long next(
            TopicPartition partition,
            LogPosition position,
            CollectionDefinition definition,
            LogRange range) {
        long first = firstOffset(definition, partition);
        if (range.end() < position.next() && isMadeAgain(definition, partition, position)) {
            position.beginAnew(range.begin(), definition.generation());
            return first;
        }
        return Math.max(first, position.next());
    }

    /**
     * A record was read.
     *
     * @param definition the collection it is for; null for none
     * @return whether the catalogue was read again meanwhile, so that the record may be for another
     *     one
     * @throws SuppressRestartsException if the log is another one than was read, or records are
     *     missing and the job is to fail
     */
    boolean read(TopicPartition partition, long offset, @Nullable CollectionDefinition definition) {
        long generation = definition == null ? 0 : definition.generation();
        LogPosition position = positions.get(partition);
        if (position == null) {
            positions.put(partition, new LogPosition(offset + 1, generation));
            return false;
        }
        boolean caughtUp = false;
        if (offset != position.next() && definition != null) {
            caughtUp =
                    offset < position.next()
                            ? rewound(partition, offset, position, definition)
                            : passedOver(partition, position, position.next(), offset, definition);
        }
        position.advance(offset + 1, generation);
        return caughtUp;
    }

    /** Source and positions are of one checkpoint, so that nothing is ever read twice. */
    private boolean rewound(
            TopicPartition partition,
            long offset,
            LogPosition position,
            CollectionDefinition definition) {
        CollectionDefinition newest = definition;
        boolean caughtUp = !isMadeAgain(definition, partition, position);
        if (caughtUp) {
            routes.catchUp();
            newest = definition(partition);
        }
        if (newest == null) {
            return true;
        }
        if (!isMadeAgain(newest, partition, position)) {
            throw otherLog(
                    List.of(
                            partition
                                    + ": offset "
                                    + position.next()
                                    + " was next, but "
                                    + offset
                                    + " came"));
        }
        position.beginAnew(offset, newest.generation());
        return passedOver(partition, position, 0, offset, newest) || caughtUp;
    }

    private boolean passedOver(
            TopicPartition partition,
            LogPosition position,
            long from,
            long offset,
            CollectionDefinition definition) {
        long wanted = Math.max(from, firstOffset(definition, partition));
        if (wanted >= offset) {
            return false;
        }
        position.doubt(wanted);
        return nanoClock.getAsLong() - askedNanos >= ASK_INTERVAL_NANOS && verify();
    }

    /**
     * Asks Kafka about all gaps that it was not asked about.
     *
     * @return whether the catalogue was read again
     * @throws SuppressRestartsException if records are missing and the job is to fail
     */
    boolean verify() {
        Map<TopicPartition, LogPosition> doubtful = new HashMap<>(positions);
        doubtful.values().removeIf(position -> !position.isDoubtful());
        if (doubtful.isEmpty()) {
            return false;
        }
        boolean caughtUp = false;
        List<String> gone = gone(doubtful);
        if (!gone.isEmpty()) {
            // A drop purges the topic, which can be seen before the drop itself.
            routes.catchUp();
            caughtUp = true;
            gone = gone(doubtful);
        }
        doubtful.values().forEach(LogPosition::verified);
        askedNanos = nanoClock.getAsLong();
        report(gone);
        return caughtUp;
    }

    private List<String> gone(Map<TopicPartition, LogPosition> doubtful) {
        Map<TopicPartition, LogRange> found = kafka.apply(doubtful.keySet());
        List<String> gone = new ArrayList<>();
        doubtful.forEach(
                (partition, position) -> {
                    CollectionDefinition definition = definition(partition);
                    LogRange range = found.get(partition);
                    if (definition != null && range != null) {
                        long first = firstOffset(definition, partition);
                        range.gone(partition, Math.max(first, position.unverified()))
                                .ifPresent(gone::add);
                    }
                });
        return gone;
    }

    private @Nullable CollectionDefinition definition(TopicPartition partition) {
        return routes.of(partition.topic(), 0).definition();
    }

    /** Records of a generation before the present one are not wanted, and may be gone. */
    private static long firstOffset(CollectionDefinition definition, TopicPartition partition) {
        return definition.topic().equals(partition.topic())
                ? definition.firstOffsets().getOrDefault(partition.partition(), 0L)
                : 0;
    }

    /**
     * Whether the collection was made again since the position was taken. Its shards then know
     * nothing of its topic; of a mapped topic they still know how far it was applied.
     */
    private static boolean isMadeAgain(
            CollectionDefinition definition, TopicPartition partition, LogPosition position) {
        return definition.topic().equals(partition.topic())
                && definition.generation() > position.generation();
    }

    private static SuppressRestartsException otherLog(List<String> problems) {
        return new SuppressRestartsException(
                new OmenException(
                        ErrorCode.EXTERNAL,
                        "Kafka's log is not the one that the job has read: "
                                + sorted(problems)
                                + ". The topic was deleted and made again, or its log was cut. To the"
                                + " shards its records would be older than what they have, and be"
                                + " ignored, so missing_records: skip does not cover it. Restore the"
                                + " topic, or drop the collection and make it again; feed a mapped topic"
                                + " under another name"));
    }

    private void report(List<String> gone) {
        if (gone.isEmpty()) {
            return;
        }
        String missing = "Kafka no longer has records that the job has not read: " + sorted(gone);
        if (missingRecords == MissingRecords.SKIP) {
            LOG.warn("{}. Going on without them, as configured.", missing);
            return;
        }
        throw new SuppressRestartsException(
                new OmenException(
                        ErrorCode.EXTERNAL,
                        missing
                                + ". Nothing was skipped. Bring the records back, start from a checkpoint that does not"
                                + " need them, or accept the loss with missing_records: skip"));
    }

    private static String sorted(List<String> problems) {
        return String.join("; ", problems.stream().sorted().toList());
    }
}
