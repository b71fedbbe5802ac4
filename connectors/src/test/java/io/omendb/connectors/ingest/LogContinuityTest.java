package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class LogContinuityTest {
    private static final TopicPartition PARTITION = new TopicPartition("omen.c", 0);

    private final Map<TopicPartition, LogRange> log = new HashMap<>();
    private int questions;

    @Test
    void check_recordsThereAndNotThere() {
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        continuity.restore(PARTITION, 10);
        continuity.restore(PARTITION, 7);
        log.put(PARTITION, new LogRange(10, 10));
        assertThatCode(() -> continuity.check(topic -> collection(0))).doesNotThrowAnyException();
        log.put(PARTITION, new LogRange(12, 20));
        assertThatThrownBy(() -> continuity.check(topic -> collection(0)))
                .isInstanceOf(SuppressRestartsException.class)
                .hasRootCauseMessage(
                        "Kafka no longer has records that the job has not read: omen.c-0: offset 10 is next, but the log"
                                + " begins at 12 (2 offsets are gone). Nothing was skipped. Bring the records back, start"
                                + " from a checkpoint that does not need them, or accept the loss with"
                                + " missing_records: skip");
        log.put(PARTITION, new LogRange(0, 4));
        assertThatThrownBy(() -> continuity.check(topic -> collection(0)))
                .hasRootCauseMessage(
                        "Kafka no longer has records that the job has not read: omen.c-0: offset 10 is next, but the log"
                                + " ends at 4: these are not the records that were read before. Nothing was skipped."
                                + " Bring the records back, start from a checkpoint that does not need them, or accept"
                                + " the loss with missing_records: skip");
        log.clear();
        assertThatThrownBy(() -> continuity.check(topic -> collection(0)))
                .hasStackTraceContaining("there is no such partition any more");
    }

    @Test
    void check_droppedCollectionOrOlderGeneration_nobodyWantsTheRecords() {
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        continuity.restore(PARTITION, 10);
        log.put(PARTITION, new LogRange(12, 20));
        assertThatCode(() -> continuity.check(topic -> null)).doesNotThrowAnyException();
        assertThatCode(() -> continuity.check(topic -> collection(12))).doesNotThrowAnyException();
        assertThatThrownBy(() -> continuity.check(topic -> collection(11)))
                .hasStackTraceContaining("offset 11 is next");
    }

    @Test
    void check_skip_goesOn() {
        LogContinuity continuity = continuity(MissingRecords.SKIP);
        continuity.restore(PARTITION, 10);
        log.put(PARTITION, new LogRange(12, 20));
        assertThatCode(() -> continuity.check(topic -> collection(0))).doesNotThrowAnyException();
        continuity.read(PARTITION, 12, collection(0));
        assertThat(continuity.positions()).containsExactly(Map.entry(PARTITION, 13L));
    }

    @Test
    void read_gap_failsOnlyIfRecordsWereDeleted() {
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        log.put(PARTITION, new LogRange(0, 100));
        for (long offset = 5; offset < 50; offset++) {
            continuity.read(PARTITION, offset, collection(0));
        }
        assertThat(questions).as("Kafka is not asked while nothing is missing").isZero();
        // A transaction's marker has an offset and no record.
        for (long offset = 51; offset < 70; offset += 2) {
            continuity.read(PARTITION, offset, collection(0));
        }
        assertThat(questions).isEqualTo(1);
        log.put(PARTITION, new LogRange(80, 100));
        assertThatThrownBy(() -> continuity.read(PARTITION, 80, collection(0)))
                .isInstanceOf(SuppressRestartsException.class)
                .hasStackTraceContaining(
                        "omen.c-0: offset 70 is next, but the log begins at 80 (10 offsets are gone)");
    }

    @Test
    void read_lowerOffset_theseAreOtherRecords() {
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        continuity.restore(PARTITION, 10);
        continuity.read(PARTITION, 10, collection(0));
        assertThatThrownBy(() -> continuity.read(PARTITION, 0, collection(0)))
                .isInstanceOf(SuppressRestartsException.class)
                .hasStackTraceContaining("offset 11 was next, but 0 came")
                .hasStackTraceContaining("not the records that were read before");
        LogContinuity skipping = continuity(MissingRecords.SKIP);
        skipping.read(PARTITION, 10, collection(0));
        skipping.read(PARTITION, 0, collection(0));
        assertThat(skipping.positions()).containsExactly(Map.entry(PARTITION, 1L));
    }

    private LogContinuity continuity(MissingRecords missingRecords) {
        return new LogContinuity(missingRecords, this::ask);
    }

    private Map<TopicPartition, LogRange> ask(Collection<TopicPartition> partitions) {
        questions++;
        Map<TopicPartition, LogRange> found = new HashMap<>(log);
        found.keySet().retainAll(partitions);
        return found;
    }

    private static CollectionDefinition collection(long firstOffset) {
        return new CollectionDefinition(
                CollectionSchema.of("c", 2, Metric.L2), "omen.c", 1, Map.of(0, firstOffset));
    }
}
