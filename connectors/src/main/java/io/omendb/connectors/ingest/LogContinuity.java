package io.omendb.connectors.ingest;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
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
 */
final class LogContinuity {
    private static final Logger LOG = LoggerFactory.getLogger(LogContinuity.class);

    private final MissingRecords missingRecords;
    private final Function<Collection<TopicPartition>, Map<TopicPartition, LogRange>> kafka;
    private final Map<TopicPartition, long[]> next = new HashMap<>();

    /** Partitions where an offset without a record is a transaction's marker. */
    private final Set<TopicPartition> transactional = new HashSet<>();

    /**
     * A continuity without positions.
     *
     * @param kafka tells what partitions hold; leaves out those that do not exist
     */
    LogContinuity(
            MissingRecords missingRecords,
            Function<Collection<TopicPartition>, Map<TopicPartition, LogRange>> kafka) {
        this.missingRecords = missingRecords;
        this.kafka = kafka;
    }

    /** A position that a checkpoint holds; of several of one partition the highest counts. */
    void restore(TopicPartition partition, long nextOffset) {
        next.merge(
                partition,
                new long[] {nextOffset},
                (known, other) -> known[0] >= other[0] ? known : other);
    }

    /**
     * Forgets a topic whose collection was made again: its log may have been, too, and then begins
     * anew.
     */
    void forget(String topic) {
        next.keySet().removeIf(partition -> partition.topic().equals(topic));
    }

    /** Next offsets by partition. */
    Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        next.forEach((partition, offset) -> positions.put(partition, offset[0]));
        return positions;
    }

    /**
     * Compares all positions with what Kafka holds.
     *
     * @param definitions the collection that a topic feeds now; null for none, so that nobody wants
     *     its records
     * @throws SuppressRestartsException if records are missing and the job is to fail
     */
    void check(Function<String, @Nullable CollectionDefinition> definitions) {
        Map<TopicPartition, Long> wanted = new HashMap<>();
        next.forEach(
                (partition, offset) -> {
                    CollectionDefinition definition = definitions.apply(partition.topic());
                    if (definition != null) {
                        wanted.put(partition, wanted(definition, partition, offset[0]));
                    }
                });
        Map<TopicPartition, LogRange> found = kafka.apply(wanted.keySet());
        List<String> problems = new ArrayList<>();
        wanted.forEach(
                (partition, offset) -> {
                    LogRange range = found.get(partition);
                    if (range == null) {
                        problems.add(partition + ": there is no such partition any more");
                    } else {
                        range.problem(partition, offset).ifPresent(problems::add);
                    }
                });
        report(problems);
    }

    /** Records of a generation before the present one are not wanted, and may be gone. */
    private static long wanted(
            CollectionDefinition definition, TopicPartition partition, long offset) {
        return definition.topic().equals(partition.topic())
                ? Math.max(
                        offset, definition.firstOffsets().getOrDefault(partition.partition(), 0L))
                : offset;
    }

    /**
     * A record was read.
     *
     * @param definition the collection it is for; null for none
     * @throws SuppressRestartsException if records before it are missing and the job is to fail
     */
    void read(TopicPartition partition, long offset, @Nullable CollectionDefinition definition) {
        long[] position = next.get(partition);
        if (position == null) {
            next.put(partition, new long[] {offset + 1});
            return;
        }
        long expected = position[0];
        position[0] = offset + 1;
        if (offset == expected || definition == null) {
            return;
        }
        if (offset < expected) {
            report(List.of(rewound(partition, offset, expected)));
            return;
        }
        long gap = offset - expected;
        if (gap == 1 && transactional.contains(partition)) {
            return;
        }
        LogRange range = kafka.apply(List.of(partition)).get(partition);
        long wanted = wanted(definition, partition, expected);
        if (range == null || range.begin() <= wanted) {
            transactional.add(partition);
            return;
        }
        report(range.problem(partition, wanted).map(List::of).orElse(List.of()));
    }

    /** Source and positions are of one checkpoint, so that nothing is ever read twice. */
    private static String rewound(TopicPartition partition, long offset, long expected) {
        return partition
                + ": offset "
                + expected
                + " was next, but "
                + offset
                + " came: the topic was deleted and made again, or its log was cut, so that these are"
                + " not the records that were read before";
    }

    private void report(List<String> problems) {
        if (problems.isEmpty()) {
            return;
        }
        String missing =
                "Kafka no longer has records that the job has not read: "
                        + String.join("; ", problems.stream().sorted().toList());
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
}
