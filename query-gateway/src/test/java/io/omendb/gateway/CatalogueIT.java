package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import io.omendb.protocol.catalogue.CatalogueFollower;
import io.omendb.protocol.catalogue.CatalogueWriter;
import io.omendb.protocol.catalogue.CatalogueWriter.CreateResult;
import io.omendb.schema.CollectionDefinition;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(SharedBroker.class)
class CatalogueIT {
    private static final Duration WAIT = Duration.ofSeconds(20);

    private String bootstrap;
    private CatalogueFollower follower;
    private CatalogueWriter writer;

    @BeforeEach
    void open(SharedBroker.Running broker) {
        bootstrap = broker.bootstrapServers();
        follower = CatalogueFollower.open(bootstrap);
        writer = CatalogueWriter.open(bootstrap, follower);
    }

    @AfterEach
    void close() {
        writer.close();
        follower.close();
    }

    @Test
    void create_new_makesTopicsAndIsSeenByAll() throws Exception {
        CreateResult result = writer.create(CollectionSchema.of("fresh", 3, Metric.L2));

        assertThat(result.created()).isTrue();
        assertThat(result.definition().topic()).isEqualTo("omen.fresh");
        assertThat(follower.current()).containsEntry("fresh", result.definition());
        assertThat(partitions("omen.fresh")).isEqualTo(2);
        assertThat(partitions("omen.fresh.dlq")).isEqualTo(1);
        try (CatalogueFollower late = CatalogueFollower.open(bootstrap)) {
            late.awaitCaughtUp(WAIT);
            assertThat(late.healthy()).isTrue();
            assertThat(late.current()).isEqualTo(follower.current());
            assertThat(late.version()).isEqualTo(follower.version());
        }
    }

    @Test
    void create_again_isTheSameOrAConflict() throws Exception {
        CreateResult first = writer.create(CollectionSchema.of("twice", 3, Metric.L2));
        CreateResult second = writer.create(CollectionSchema.of("twice", 3, Metric.L2));

        assertThat(second.created()).isFalse();
        assertThat(second.definition()).isEqualTo(first.definition());
        assertThatThrownBy(() -> writer.create(CollectionSchema.of("twice", 4, Metric.L2)))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.CONFLICT));
    }

    @Test
    void create_reservedName_isRefused() {
        for (String name : List.of("catalogue", "chroma")) {
            assertRefused(name, ErrorCode.INVALID, "which OmenDB needs itself");
        }
    }

    @Test
    void create_besideACollectionWhoseTopicsKafkaTakesForIts_isAConflict() throws Exception {
        writer.create(CollectionSchema.of("letters", 3, Metric.L2));
        writer.create(CollectionSchema.of("others_dlq", 3, Metric.L2));

        assertRefused("letters_dlq", ErrorCode.CONFLICT, "beside collection letters:");
        assertRefused("others", ErrorCode.CONFLICT, "beside collection others_dlq:");
        assertRefused("others_dlq_dlq", ErrorCode.CONFLICT, "beside collection others_dlq:");

        writer.drop("letters"); // its topics stay
        assertRefused("letters_dlq", ErrorCode.CONFLICT, "collides with existing topic");
        assertThat(writer.create(CollectionSchema.of("letters", 3, Metric.L2)).created()).isTrue();
    }

    private void assertRefused(String name, ErrorCode code, String message) {
        assertThatThrownBy(() -> writer.create(CollectionSchema.of(name, 3, Metric.L2)))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
        assertThat(follower.current()).doesNotContainKey(name);
    }

    @Test
    void drop_thenCreate_startsALaterGenerationBehindThePurgedRecords() throws Exception {
        CollectionDefinition first =
                writer.create(CollectionSchema.of("made-again", 3, Metric.L2)).definition();
        produce(first.topic(), 0, 5);

        writer.drop("made-again");

        assertThat(follower.current()).doesNotContainKey("made-again");
        assertThatThrownBy(() -> writer.drop("made-again"))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_FOUND));

        CollectionSchema wider =
                new CollectionSchema("made-again", 7, Metric.DOT, Map.of(), false, "auto", 3, null);
        CollectionDefinition second = writer.create(wider).definition();
        assertThat(second.generation()).isGreaterThan(first.generation());
        assertThat(second.firstOffsets()).isEqualTo(Map.of(0, 5L));
        assertThat(partitions("omen.made-again")).isEqualTo(3);
    }

    @Test
    void create_fromManyGatewaysAtOnce_agreesOnOne() throws Exception {
        int gateways = 4;
        ExecutorService threads = Executors.newFixedThreadPool(gateways);
        try {
            for (int round = 0; round < 3; round++) {
                String name = "race" + round;
                List<Callable<CreateResult>> calls = new ArrayList<>();
                for (int i = 0; i < gateways; i++) {
                    calls.add(() -> createWithItsOwnWriter(name));
                }
                Set<CollectionDefinition> seen = new HashSet<>();
                int created = 0;
                for (Future<CreateResult> future : threads.invokeAll(calls)) {
                    seen.add(future.get().definition());
                    created += future.get().created() ? 1 : 0;
                }
                assertThat(seen).hasSize(1);
                assertThat(created).isEqualTo(1);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private CreateResult createWithItsOwnWriter(String name) throws Exception {
        try (CatalogueFollower ownFollower = CatalogueFollower.open(bootstrap);
                CatalogueWriter own = CatalogueWriter.open(bootstrap, ownFollower)) {
            return own.create(CollectionSchema.of(name, 3, Metric.L2));
        }
    }

    /**
     * A follower with nothing to read has a fetch under way that the broker keeps for a while. Here
     * it keeps it for longer than anyone is patient, so whoever waited behind it would fail.
     */
    @Test
    void catchUpAndCreate_whileAFetchIsUnderWay_doNotWaitForItsEnd() throws Exception {
        Duration patience = Duration.ofSeconds(10);
        Map<String, Object> idle =
                Map.of("bootstrap.servers", bootstrap, "fetch.max.wait.ms", 25_000);
        try (CatalogueFollower own = CatalogueFollower.open(idle);
                CatalogueWriter slow = CatalogueWriter.open(bootstrap, own)) {
            own.awaitCaughtUp(patience);
            own.awaitCaughtUp(patience);
            CollectionDefinition created =
                    slow.create(CollectionSchema.of("long-poll", 3, Metric.L2)).definition();
            assertThat(own.current()).containsEntry("long-poll", created);
            slow.drop("long-poll");
            assertThat(own.current()).doesNotContainKey("long-poll");
            own.awaitCaughtUp(patience);
        }
    }

    @Test
    void follower_brokerKilledAndStarted_followsOn(@TempDir Path directory) throws Exception {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory));
        try (CatalogueFollower own = CatalogueFollower.open(broker.bootstrapServers());
                CatalogueWriter first = CatalogueWriter.open(broker.bootstrapServers(), own)) {
            first.create(CollectionSchema.of("before", 3, Metric.L2));
            broker.kill();
            assertThatThrownBy(() -> own.awaitCaughtUp(Duration.ofMillis(200)))
                    .isInstanceOfSatisfying(
                            OmenException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE));
            Await.until("unhealthy", () -> !own.healthy());
            assertThat(own.current()).containsKey("before");

            broker = BrokerProcess.start(BrokerOptions.in(directory));
            own.awaitCaughtUp(WAIT);
            first.create(CollectionSchema.of("after", 3, Metric.L2));
            assertThat(own.current()).containsOnlyKeys("before", "after");
            assertThat(own.healthy()).isTrue();
        } finally {
            broker.close();
        }
    }

    @Test
    void close_withoutABroker_endsTheThread() {
        CatalogueFollower lonely = CatalogueFollower.open("127.0.0.1:1");
        assertThat(lonely.healthy()).isFalse();
        assertThat(lonely.current()).isEmpty();
        lonely.close();
        lonely.close();
        assertThatThrownBy(() -> lonely.awaitCaughtUp(Duration.ofSeconds(1)))
                .isInstanceOf(OmenException.class)
                .hasMessageContaining("closed");
    }

    private int partitions(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .size();
        }
    }

    private void produce(String topic, int partition, int records) throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrap),
                        new StringSerializer(),
                        new StringSerializer())) {
            for (int i = 0; i < records; i++) {
                producer.send(new ProducerRecord<>(topic, partition, "k" + i, "v")).get();
            }
        }
    }
}
