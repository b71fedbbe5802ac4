package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.connectors.format.RecordFormat;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LogContinuityTest {
    private static final TopicPartition PARTITION = new TopicPartition("omen.c", 0);
    private static final TopicPartition MAPPED = new TopicPartition("shop", 0);

    private final Map<TopicPartition, LogRange> log = new HashMap<>();
    private final SlowCatalogue catalogue = new SlowCatalogue();
    private int questions;
    private long nanos;

    @Test
    void check_recordsThereAndNotThere() {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        restore(continuity, PARTITION, 10);
        restore(continuity, PARTITION, 7);
        log.put(PARTITION, new LogRange(10, 10));
        assertThatCode(continuity::check).doesNotThrowAnyException();
        log.put(PARTITION, new LogRange(12, 20));
        assertThatThrownBy(continuity::check)
                .isInstanceOf(SuppressRestartsException.class)
                .hasRootCauseMessage(
                        "Kafka no longer has records that the job has not read: omen.c-0: offset 10 is next, but the log"
                                + " begins at 12 (2 offsets are gone). Nothing was skipped. Bring the records back, start"
                                + " from a checkpoint that does not need them, or accept the loss with"
                                + " missing_records: skip");
        log.clear();
        assertThatThrownBy(continuity::check)
                .hasStackTraceContaining("there is no such partition any more");
    }

    @ParameterizedTest
    @EnumSource
    void check_logThatEndsBeforeThePosition_isAnotherOne(MissingRecords missingRecords) {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(missingRecords);
        restore(continuity, PARTITION, 10);
        log.put(PARTITION, new LogRange(0, 4));
        assertThatThrownBy(continuity::check)
                .isInstanceOf(SuppressRestartsException.class)
                .hasRootCauseMessage(
                        "Kafka's log is not the one that the job has read: omen.c-0: offset 10 is next, but the log"
                                + " ends at 4. The topic was deleted and made again, or its log was cut. To the"
                                + " shards its records would be older than what they have, and be ignored, so"
                                + " missing_records: skip does not cover it. Restore the topic, or drop the"
                                + " collection and make it again; feed a mapped topic under another name");
        catalogue.is(collection(2, 0));
        assertThatCode(continuity::check).doesNotThrowAnyException();
        assertThat(continuity.positions().get(PARTITION).next()).isZero();
    }

    @Test
    void check_droppedCollectionOrOlderGeneration_nobodyWantsTheRecords() {
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        restore(continuity, PARTITION, 10);
        log.put(PARTITION, new LogRange(12, 20));
        assertThatCode(continuity::check).doesNotThrowAnyException();
        catalogue.is(collection(2, 12));
        assertThatCode(continuity::check).doesNotThrowAnyException();
        catalogue.is(collection(2, 11));
        assertThatThrownBy(continuity::check).hasStackTraceContaining("offset 11 is next");
    }

    @Test
    void check_skip_goesOn() {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(MissingRecords.SKIP);
        restore(continuity, PARTITION, 10);
        restore(continuity, new TopicPartition("omen.c", 1), 10);
        log.put(PARTITION, new LogRange(12, 20));
        assertThatCode(continuity::check).doesNotThrowAnyException();
        continuity.read(PARTITION, 12, collection(1, 0));
        assertThat(continuity.positions().get(PARTITION).next()).isEqualTo(13);
    }

    @Test
    void restore_severalOfOnePartition_theNewestGenerationCounts() {
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        continuity.restore(PARTITION, new LogPosition(100, 1));
        continuity.restore(PARTITION, new LogPosition(5, 2));
        continuity.restore(PARTITION, new LogPosition(4, 2));
        continuity.restore(PARTITION, new LogPosition(90, 1));
        assertThat(continuity.positions().get(PARTITION).next()).isEqualTo(5);
    }

    @Test
    void read_gap_failsOnlyIfRecordsWereDeleted() {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        log.put(PARTITION, new LogRange(0, 100));
        for (long offset = 5; offset < 50; offset++) {
            read(continuity, offset);
        }
        assertThat(questions).as("Kafka is not asked while nothing is missing").isZero();
        read(continuity, 51);
        assertThat(questions).isEqualTo(1);
        log.put(PARTITION, new LogRange(80, 100));
        nanos += 1_000_000_000;
        assertThatThrownBy(() -> read(continuity, 80))
                .isInstanceOf(SuppressRestartsException.class)
                .hasStackTraceContaining(
                        "omen.c-0: offset 52 is next, but the log begins at 80 (28 offsets are gone)");
    }

    /** A compacted topic, or one of transactions, has offsets without records everywhere. */
    @Test
    void read_manyGaps_kafkaIsAskedOnceASecondAndBeforeACheckpoint() {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        log.put(PARTITION, new LogRange(0, 100_000));
        for (int gap = 0; gap < 10_000; gap++) {
            nanos += 500_000;
            read(continuity, gap * 3L);
        }
        assertThat(questions).isEqualTo(5);
        continuity.verify();
        assertThat(questions).isEqualTo(6);
        continuity.verify();
        assertThat(questions).as("nothing was read since").isEqualTo(6);
    }

    @Test
    void read_lossAmongManyGaps_isSaidBeforeTheNextCheckpoint() {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        log.put(PARTITION, new LogRange(0, 1_000));
        for (long offset = 0; offset < 300; offset += 3) {
            read(continuity, offset);
        }
        log.put(PARTITION, new LogRange(500, 1_000));
        for (long offset = 500; offset < 600; offset += 3) {
            read(continuity, offset);
        }
        assertThat(questions).isEqualTo(1);
        assertThatThrownBy(continuity::verify)
                .isInstanceOf(SuppressRestartsException.class)
                .hasStackTraceContaining("the log begins at 500");
    }

    @Test
    void verify_droppedMeanwhile_isNoLoss() {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        log.put(PARTITION, new LogRange(0, 1_000));
        for (long offset = 0; offset < 30; offset += 3) {
            read(continuity, offset);
        }
        log.put(PARTITION, new LogRange(1_000, 1_000));
        catalogue.willBe(collection(2, 1_000));
        assertThat(continuity.verify()).as("the catalogue was read again").isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void read_lowerOffset_theseAreOtherRecords(MissingRecords missingRecords) {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(missingRecords);
        restore(continuity, PARTITION, 10);
        read(continuity, 10);
        assertThatThrownBy(() -> read(continuity, 0))
                .isInstanceOf(SuppressRestartsException.class)
                .hasStackTraceContaining("offset 11 was next, but 0 came")
                .hasStackTraceContaining("missing_records: skip does not cover it");
    }

    /** The shards have nothing of the old log then, and what was deleted of the new one counts. */
    @Test
    void read_lowerOffset_ofACollectionMadeAgain_goesOn() {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(MissingRecords.FAIL);
        read(continuity, 10);
        catalogue.is(collection(2, 0));
        read(continuity, 0);
        assertThat(questions).isZero();
        assertThat(continuity.positions().get(PARTITION).next()).isEqualTo(1);
        catalogue.is(collection(3, 0));
        read(continuity, 20);
        catalogue.is(collection(4, 2));
        log.put(PARTITION, new LogRange(5, 10));
        nanos += 1_000_000_000;
        assertThatThrownBy(() -> read(continuity, 5))
                .hasStackTraceContaining("offset 2 is next, but the log begins at 5");
    }

    /** How far a mapped topic was applied is not forgotten with a collection. */
    @Test
    void read_lowerOffset_ofAMappedTopic_isRefused() {
        catalogue.is(collection(1, 0));
        LogContinuity continuity = continuity(MissingRecords.SKIP);
        continuity.read(MAPPED, 10, collection(1, 0));
        catalogue.is(collection(2, 0));
        assertThatThrownBy(() -> continuity.read(MAPPED, 0, collection(2, 0)))
                .isInstanceOf(SuppressRestartsException.class)
                .hasStackTraceContaining("shop-0: offset 11 was next, but 0 came");
    }

    private LogContinuity continuity(MissingRecords missingRecords) {
        Routes routes =
                new Routes(catalogue, List.of(new TopicMapping("shop", "c", RecordFormat.JSON)));
        return new LogContinuity(missingRecords, this::ask, routes, () -> nanos);
    }

    private static void restore(LogContinuity continuity, TopicPartition partition, long next) {
        continuity.restore(partition, new LogPosition(next, 1));
    }

    private void read(LogContinuity continuity, long offset) {
        boolean unused = continuity.read(PARTITION, offset, catalogue.current().get("c"));
    }

    private Map<TopicPartition, LogRange> ask(Collection<TopicPartition> partitions) {
        questions++;
        Map<TopicPartition, LogRange> found = new HashMap<>(log);
        found.keySet().retainAll(partitions);
        return found;
    }

    private static CollectionDefinition collection(long generation, long firstOffset) {
        return new CollectionDefinition(
                CollectionSchema.of("c", 2, Metric.L2),
                "omen.c",
                generation,
                Map.of(0, firstOffset));
    }
}
