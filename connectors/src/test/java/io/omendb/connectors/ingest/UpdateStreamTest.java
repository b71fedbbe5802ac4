package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.connectors.format.RecordFormat;
import io.omendb.flink.update.ShardUpdate;
import io.omendb.flink.update.ShardUpdate.Define;
import io.omendb.flink.update.ShardUpdate.Drop;
import io.omendb.flink.update.ShardUpdate.Progress;
import io.omendb.flink.update.ShardUpdate.Upsert;
import io.omendb.protocol.catalogue.GenerationHeader;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.execution.SuppressRestartsException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** A catalogue is read a while after it is written; records must not be judged by what it was. */
class UpdateStreamTest {
    private static final CollectionDefinition FIRST = collection(2, 100, 0);
    private static final CollectionDefinition SECOND = collection(3, 200, 1);

    private final SlowCatalogue catalogue = new SlowCatalogue();
    private final List<ShardUpdate> updates = new ArrayList<>();
    private final List<DeadLetter> deadLetters = new ArrayList<>();
    private final UpdateStream stream = stream(List.of());

    @Test
    void accept_collectionMadeAgainThatIsNotReadYet_goesToTheNewOne() {
        catalogue.is(FIRST);
        stream.accept(record(0, "[1,2]", 100));
        catalogue.willBe(SECOND);

        stream.accept(record(1, "[1,2,3]", 200));

        assertThat(deadLetters).isEmpty();
        assertThat(generations()).containsExactly(100L, 200L);
        assertThat(catalogue.asked).isEqualTo(1);
        stream.accept(record(2, "[1,2,3]", 200));
        assertThat(catalogue.asked).isEqualTo(1);
        assertThat(updates.get(updates.size() - 2)).isInstanceOf(Upsert.class);
    }

    @Test
    void accept_collectionMadeAgainAfterItsDropWasRead_goesToTheNewOne() {
        catalogue.is(FIRST);
        stream.accept(record(0, "[1,2]", 100));
        catalogue.isDropped();
        stream.tick();
        stream.accept(record(1, "[1,2]", 100));
        catalogue.willBe(SECOND);

        stream.accept(record(2, "[1,2,3]", 200));

        assertThat(deadLetters).isEmpty();
        assertThat(generations()).containsExactly(100L, 200L);
    }

    /** Others than gateways do not say which generation they write for. */
    @Test
    void accept_catalogueReadBetweenTicks_countsAtOnce() {
        catalogue.is(FIRST);
        stream.accept(record(0, "[1,2]", 0));
        catalogue.is(SECOND);
        stream.accept(record(1, "[1,2,3]", 0));
        assertThat(deadLetters).isEmpty();
        assertThat(generations()).containsExactly(100L, 200L);
    }

    @Test
    void accept_generationThatNeverWas_asksOnce() {
        catalogue.is(FIRST);
        for (int offset = 0; offset < 10; offset++) {
            stream.accept(record(offset, "[1,2]", 999));
        }
        assertThat(generations()).hasSize(10).containsOnly(100L);
        assertThat(catalogue.asked).isEqualTo(1);
    }

    /** What a record made known is told all the same. */
    @Test
    void tick_afterARecordThatHadTheCatalogueRead_tellsEverything() {
        catalogue.is(FIRST);
        stream.tick();
        updates.clear();
        catalogue.isDropped();
        stream.accept(record(0, "[1,2]", 100));
        stream.tick();
        assertThat(updates)
                .containsExactly(
                        new Drop(1, "c", 100),
                        new Drop(2, "c", 100),
                        new Progress(3, new ShardUpdate.Position("omen.c-0", 0, 0)));
        updates.clear();
        stream.tick();
        assertThat(updates).isEmpty();
    }

    /** A shard may have heard of it only after the barrier; nobody may ever write there again. */
    @Test
    void resume_tellsWhatTheCheckpointHolds() {
        catalogue.is(FIRST);
        stream.resume(new TopicPartition("omen.c", 0), 7);
        stream.resume(new TopicPartition("omen.c", 1), 0);
        stream.resume(new TopicPartition("omen.other", 0), 9);
        stream.tick();
        assertThat(updates.stream().filter(Progress.class::isInstance))
                .containsExactly(new Progress(3, new ShardUpdate.Position("omen.c-0", 6, 0)));
        stream.accept(record(7, "[1,2]", 100));
        assertThat(deadLetters).isEmpty();
    }

    /** Its producer has not heard of the new collection, which has the same dimension. */
    @Test
    void accept_recordForAnEarlierGeneration_isADeadLetter() {
        catalogue.is(collection(2, 200, 1));
        stream.accept(record(1, "[1,2]", 100));
        stream.accept(record(2, "[1,2]", 200));
        stream.accept(record(3, "[1,2]", 0));
        stream.accept(record(4, "[1,2]", 199));
        stream.tick();
        assertThat(generations()).containsExactly(200L, 200L);
        assertThat(updates).contains(new Progress(3, new ShardUpdate.Position("omen.c-0", 4, 0)));
        assertThat(deadLetters)
                .hasSize(2)
                .allSatisfy(letter -> assertThat(letter.topic()).isEqualTo("omen.c.dlq"));
    }

    /** Such as records that were copied from another cluster's own topic. */
    @Test
    void accept_mappedTopic_generationsMeanNothing() {
        UpdateStream mapped = stream(List.of(new TopicMapping("shop", "c", RecordFormat.JSON)));
        catalogue.is(collection(2, 200, 1));
        mapped.accept(record("shop", 0, "[1,2]", 100));
        mapped.accept(record("shop", 1, "[1,2]", 999));
        assertThat(generations()).containsExactly(200L, 200L);
        assertThat(catalogue.asked).isZero();
    }

    /** Written by others, who do not say for which collection, to a topic that was made again. */
    @Test
    void accept_logThatBeganAnew_asksTheCatalogueFirst() {
        catalogue.is(FIRST);
        stream.accept(record(7, "[1,2]", 0));
        catalogue.willBe(collection(3, 200, 0));
        stream.accept(record(0, "[1,2,3]", 0));
        assertThat(deadLetters).isEmpty();
        assertThat(generations()).containsExactly(100L, 200L);
        assertThatThrownBy(() -> stream.accept(record(0, "[1,2,3]", 0)))
                .isInstanceOf(SuppressRestartsException.class);
    }

    private UpdateStream stream(List<TopicMapping> mappings) {
        Routes routes = new Routes(catalogue, mappings);
        return new UpdateStream(
                routes,
                new LogContinuity(MissingRecords.FAIL, partitions -> Map.of(), routes, () -> 0),
                new long[] {1, 2},
                new long[] {3},
                updates::add,
                deadLetters::add);
    }

    private List<Long> generations() {
        assertThat(updates.stream().filter(Define.class::isInstance)).isNotEmpty();
        return updates.stream()
                .filter(Upsert.class::isInstance)
                .map(update -> ((Upsert) update).generation())
                .toList();
    }

    private static RawRecord record(long offset, String vector, long generation) {
        return record("omen.c", offset, vector, generation);
    }

    private static RawRecord record(String topic, long offset, String vector, long generation) {
        Map<String, byte[]> headers = new HashMap<>();
        if (generation > 0) {
            headers.put(GenerationHeader.NAME, GenerationHeader.of(generation).value());
        }
        String id = "id-" + offset;
        return new RawRecord(
                topic,
                0,
                offset,
                0,
                id.getBytes(StandardCharsets.UTF_8),
                ("{\"id\":\"" + id + "\",\"vector\":" + vector + "}")
                        .getBytes(StandardCharsets.UTF_8),
                headers);
    }

    private static CollectionDefinition collection(int dimension, long generation, long first) {
        return new CollectionDefinition(
                CollectionSchema.of("c", dimension, Metric.L2),
                "omen.c",
                generation,
                Map.of(0, first));
    }
}
