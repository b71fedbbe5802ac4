package io.omendb.gateway.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.OmenException;
import io.omendb.gateway.freshness.Token;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Batches to a Kafka that fails as Kafka does. */
class PointWriterTest {
    private static final CollectionDefinition COLLECTION =
            new CollectionDefinition(
                    new CollectionSchema("c", 2, Metric.L2, Map.of(), false, "auto", 4, null),
                    "omen.c",
                    7,
                    Map.of());
    private static final List<String> IDS = List.of("a", "b", "c", "d", "e");

    private final FailingProducer kafka = new FailingProducer();
    private final PointWriter writer = new PointWriter(kafka, new AcknowledgementsTest.Ends());

    @Test
    void records_goWhereTheirKeysBelong_whateverIsKnownOfTheTopic() throws Exception {
        List<Token> tokens = writer.delete(COLLECTION, IDS).get(10, TimeUnit.SECONDS);
        assertThat(kafka.history())
                .hasSize(IDS.size())
                .allSatisfy(
                        record ->
                                assertThat(record.partition())
                                        .isEqualTo(
                                                Utils.toPositive(Utils.murmur2(record.key())) % 4));
        assertThat(tokens).isNotEmpty();
        assertThat(writer.delete(COLLECTION, List.of()).get(10, TimeUnit.SECONDS)).isEmpty();
    }

    /** Each record after it would wait as long, and be written when nobody expects it. */
    @Test
    void afterARecordThatFails_noneIsSent() {
        kafka.failFrom = 2;
        assertUnavailable(writer.delete(COLLECTION, IDS));
        assertThat(kafka.sent).isEqualTo(3);
    }

    @Test
    void whatIsThrown_failsTheBatch_onceForAll() {
        kafka.sendException = new TimeoutException("buffer full");
        assertUnavailable(writer.delete(COLLECTION, IDS));
        kafka.sendException = null;
        kafka.partitionsForException = new TimeoutException("no metadata");
        assertUnavailable(writer.delete(COLLECTION, IDS));
    }

    private static void assertUnavailable(CompletableFuture<List<Token>> written) {
        assertThatThrownBy(() -> written.get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("some may have been written");
    }

    /** Tells of failures by the callback, before it returns, as when metadata do not come. */
    private static final class FailingProducer extends MockProducer<byte[], byte[]> {
        private int failFrom = Integer.MAX_VALUE;
        private int sent;

        FailingProducer() {
            super(
                    new Cluster(
                            "id",
                            List.of(),
                            List.of(
                                    new PartitionInfo("omen.c", 0, null, null, null),
                                    new PartitionInfo("omen.c", 1, null, null, null),
                                    new PartitionInfo("omen.c", 2, null, null, null),
                                    new PartitionInfo("omen.c", 3, null, null, null)),
                            Set.of(),
                            Set.of()),
                    true,
                    null,
                    new ByteArraySerializer(),
                    new ByteArraySerializer());
        }

        @Override
        public List<PartitionInfo> partitionsFor(String topic) {
            return super.partitionsFor(topic).subList(0, 1);
        }

        @Override
        public synchronized Future<RecordMetadata> send(
                ProducerRecord<byte[], byte[]> record, @Nullable Callback callback) {
            if (sent++ >= failFrom && callback != null) {
                callback.onCompletion(
                        new RecordMetadata(new TopicPartition("omen.c", 0), -1, 0, 0, 0, 0),
                        new TimeoutException("no leader"));
                return CompletableFuture.failedFuture(new TimeoutException("no leader"));
            }
            return super.send(record, callback);
        }
    }
}
