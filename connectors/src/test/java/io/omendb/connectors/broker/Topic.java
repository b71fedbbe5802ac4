package io.omendb.connectors.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A topic of one partition, written with acks=all and read from its beginning to its end. */
record Topic(String bootstrapServers, String name) {
    static Topic create(String bootstrapServers, String name, Map<String, String> configuration)
            throws InterruptedException, ExecutionException {
        try (Admin admin = admin(bootstrapServers)) {
            NewTopic topic = new NewTopic(name, 1, (short) 1).configs(configuration);
            admin.createTopics(List.of(topic)).all().get();
        }
        return new Topic(bootstrapServers, name);
    }

    static Admin admin(String bootstrapServers) {
        return Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /** Returns when every value is acknowledged. */
    void produce(List<String> values) throws InterruptedException, ExecutionException {
        List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
        try (KafkaProducer<String, String> producer = producer(Map.of())) {
            for (String value : values) {
                acknowledged.add(producer.send(new ProducerRecord<>(name, "key-" + value, value)));
            }
            for (Future<RecordMetadata> each : acknowledged) {
                each.get();
            }
        }
    }

    KafkaProducer<String, String> producer(Map<String, Object> more) {
        Map<String, Object> configuration = new HashMap<>(more);
        configuration.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        configuration.put(ProducerConfig.ACKS_CONFIG, "all");
        return new KafkaProducer<>(configuration, new StringSerializer(), new StringSerializer());
    }

    List<String> values() {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(IsolationLevel.READ_UNCOMMITTED)) {
            TopicPartition partition = new TopicPartition(name, 0);
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(r -> values.add(r.value()));
            }
        }
        return values;
    }

    /** Waits for it: a commit is acknowledged before its marker lets readers go on. */
    String firstCommitted() {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        try (KafkaConsumer<String, String> consumer = consumer(IsolationLevel.READ_COMMITTED)) {
            while (System.nanoTime() < deadline) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofSeconds(1))) {
                    return each.value();
                }
            }
        }
        throw new AssertionError("nothing committed in " + name + " within 30 s");
    }

    private KafkaConsumer<String, String> consumer(IsolationLevel isolation) {
        Map<String, Object> configuration =
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        isolation.toString());
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(
                        configuration, new StringDeserializer(), new StringDeserializer());
        consumer.assign(List.of(new TopicPartition(name, 0)));
        consumer.seekToBeginning(consumer.assignment());
        return consumer;
    }
}
