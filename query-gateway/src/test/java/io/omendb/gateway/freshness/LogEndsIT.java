package io.omendb.gateway.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ends of real logs, one of which is taken away. */
class LogEndsIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void topicThatIsGone_keepsNothingOfTheOthersBack(@TempDir Path dir) throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(dir))) {
            Map<String, Object> kafka =
                    Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
            try (Admin admin = Admin.create(kafka);
                    KafkaProducer<byte[], byte[]> producer =
                            new KafkaProducer<>(
                                    Map.of(
                                            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                            broker.bootstrapServers()),
                                    new ByteArraySerializer(),
                                    new ByteArraySerializer());
                    KafkaLogEnds ends = KafkaLogEnds.open(kafka)) {
                admin.createTopics(
                                List.of(
                                        new NewTopic("omen.kept", 2, (short) 1),
                                        new NewTopic("omen.gone", 1, (short) 1)))
                        .all()
                        .get();
                assertThat(ends.of(collection("kept")).get()).isEqualTo(Map.of(0, 0L, 1, 0L));
                assertThat(ends.of(collection("gone")).get()).isEqualTo(Map.of(0, 0L));

                admin.deleteTopics(List.of("omen.gone")).all().get();
                for (int i = 0; i < 3; i++) {
                    producer.send(new ProducerRecord<>("omen.kept", 1, null, new byte[1])).get();
                }
                await(
                        () -> {
                            var unused = ends.of(collection("gone"));
                            return ends.of(collection("kept")).get().equals(Map.of(0, 0L, 1, 3L));
                        });
                assertThat(ends.of(collection("never")).get(10, TimeUnit.SECONDS)).isEmpty();
                // Nobody waits for what Kafka has said that it does not know.
                await(() -> ends.of(collection("never")).isDone());
            }
        }
    }

    private interface Condition {
        boolean holds() throws Exception;
    }

    private static void await(Condition condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            LockSupport.parkNanos(5_000_000);
        }
    }

    private static CollectionDefinition collection(String name) {
        return new CollectionDefinition(schema(name), "omen." + name, 1, Map.of());
    }

    /** One partition at least; the topic may have more. */
    private static CollectionSchema schema(String name) {
        return new CollectionSchema(name, 2, Metric.L2, Map.of(), false, "auto", 1, null);
    }
}
