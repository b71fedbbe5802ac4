package io.omendb.connectors.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

/** What OmenDB expects of a broker, whoever runs it. */
abstract class BrokerContract {
    /** A broker shared by the tests of the class. */
    abstract String bootstrapServers();

    @Test
    void produce_acknowledged_isReadInOrder() throws Exception {
        Topic topic = Topic.create(bootstrapServers(), "order", Map.of());
        List<String> values = IntStream.range(0, 1_000).mapToObj(Integer::toString).toList();

        topic.produce(values);

        assertThat(topic.values()).isEqualTo(values);
    }

    @Test
    void createTopic_compacted_keepsTheSetting() throws Exception {
        Topic.create(
                        bootstrapServers(),
                        "compacted",
                        Map.of(
                                TopicConfig.CLEANUP_POLICY_CONFIG,
                                TopicConfig.CLEANUP_POLICY_COMPACT))
                .produce(List.of("a"));

        var resource = new ConfigResource(ConfigResource.Type.TOPIC, "compacted");
        try (var admin = Topic.admin(bootstrapServers())) {
            var configuration = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertThat(configuration.get(TopicConfig.CLEANUP_POLICY_CONFIG).value())
                    .isEqualTo("compact");
        }
    }

    @Test
    void describeTopic_neverCreated_doesNotExist() {
        try (var admin = Topic.admin(bootstrapServers())) {
            assertThatThrownBy(() -> admin.describeTopics(List.of("never")).allTopicNames().get())
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void transaction_aborted_isNotReadCommitted() throws Exception {
        Topic topic = Topic.create(bootstrapServers(), "transactions", Map.of());
        try (var producer =
                topic.producer(Map.of(ProducerConfig.TRANSACTIONAL_ID_CONFIG, "contract"))) {
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic.name(), "a", "aborted"));
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(topic.name(), "a", "committed"));
            producer.commitTransaction();
        }

        assertThat(topic.firstCommitted()).isEqualTo("committed");
    }

    @Test
    void groupOffsets_committed_areReadBack() throws Exception {
        Topic topic = Topic.create(bootstrapServers(), "offsets", Map.of());
        topic.produce(List.of("a", "b", "c"));
        var offset = Map.of(new TopicPartition(topic.name(), 0), new OffsetAndMetadata(2));
        try (var admin = Topic.admin(bootstrapServers())) {
            admin.alterConsumerGroupOffsets("contract", offset).all().get();

            assertThat(
                            admin.listConsumerGroupOffsets("contract")
                                    .partitionsToOffsetAndMetadata()
                                    .get()
                                    .values())
                    .extracting(OffsetAndMetadata::offset)
                    .containsExactly(2L);
        }
    }
}
