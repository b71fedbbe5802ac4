package io.omendb.gateway.freshness;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
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
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The ends of real logs, one of which is taken away. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LogEndsIT {
    private static final MappedTopics MAPPED = MappedTopics.NONE.with("shop.items", "fed");
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private BrokerProcess broker;

    @BeforeAll
    void start(@TempDir Path dir) throws InterruptedException {
        broker = BrokerProcess.start(BrokerOptions.in(dir));
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    @Test
    void topicThatIsGone_keepsNothingOfTheOthersBack() throws Exception {
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
                KafkaLogEnds ends = KafkaLogEnds.open(kafka, MAPPED)) {
            admin.createTopics(
                            List.of(
                                    new NewTopic("omen.kept", 2, (short) 1),
                                    new NewTopic("omen.gone", 1, (short) 1)))
                    .all()
                    .get();
            await(() -> ends.of(collection("kept")).get().next().equals(next("omen.kept", 0, 0)));
            await(() -> ends.of(collection("gone")).get().next().equals(next("omen.gone", 0)));

            admin.deleteTopics(List.of("omen.gone")).all().get();
            for (int i = 0; i < 3; i++) {
                producer.send(new ProducerRecord<>("omen.kept", 1, null, new byte[1])).get();
            }
            await(
                    () -> {
                        var unused = ends.of(collection("gone"));
                        return ends.of(collection("kept"))
                                .get()
                                .next()
                                .equals(next("omen.kept", 0, 3));
                    });
            assertThat(ends.of(collection("never")).get(10, TimeUnit.SECONDS).isKnown()).isFalse();
            // Nobody waits for what Kafka has said that it does not know.
            await(() -> ends.of(collection("never")).isDone());
        }
    }

    @Test
    void mappedTopic_countsFromWhenItExists() throws Exception {
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
                KafkaLogEnds ends = KafkaLogEnds.open(kafka, MAPPED)) {
            admin.createTopics(List.of(new NewTopic("omen.fed", 1, (short) 1))).all().get();
            CollectionDefinition fed = collection("fed");
            assertThat(ends.topics(fed)).containsExactlyInAnyOrder("omen.fed", "shop.items");
            // It need not exist, and nobody waits for it.
            await(() -> ends.of(fed).get().next().equals(next("omen.fed", 0)));
            assertThat(ends.of(fed).isDone()).isTrue();
            assertThat(ends.of(fed, 0).get().next()).isEqualTo(next("omen.fed", 0));

            admin.createTopics(List.of(new NewTopic("shop.items", 2, (short) 1))).all().get();
            producer.send(new ProducerRecord<>("shop.items", 1, null, new byte[1])).get();
            Map<TopicPartition, Long> both = next("shop.items", 0, 1);
            both.putAll(next("omen.fed", 0));
            await(() -> ends.of(fed).get().next().equals(both));
            assertThat(ends.of(fed, 0).get().next()).isEqualTo(both);

            admin.deleteTopics(List.of("shop.items")).all().get();
            await(() -> ends.of(fed).get().next().equals(next("omen.fed", 0)));
            assertThat(ends.of(fed, 0).get().next()).isEqualTo(next("omen.fed", 0));
        }
    }

    private static Map<TopicPartition, Long> next(String topic, long... ends) {
        Map<TopicPartition, Long> next = new HashMap<>();
        for (int i = 0; i < ends.length; i++) {
            next.put(new TopicPartition(topic, i), ends[i]);
        }
        return next;
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
