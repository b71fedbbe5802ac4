package io.omendb.gateway.chroma;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.kafka.KafkaErrors;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/**
 * The registry in Kafka: the topic {@value #TOPIC}, of one partition and compacted, a record for
 * each tenant, database and collection that Chroma's clients made. It is beside the catalogue and
 * not in it, as a collection there has a dimension from its first moment, which the job relies on.
 *
 * <p>Nothing of Kafka is touched before the first request. Readers take turns at one consumer and
 * ask for the log's end, so that what one gateway has written all the others see: at once where
 * that decides something, else within {@value #AGE_MS_MAX} ms. Safe for use by any thread; blocks.
 */
final class RegistryLog implements AutoCloseable {
    static final String TOPIC = "omen_chroma";

    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final long AGE_MS_MAX = 500;
    private static final int REPLICATION_MAX = 3;
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final Map<String, Object> kafka;
    private final ReentrantLock turn = new ReentrantLock();
    private @Nullable KafkaConsumer<String, byte[]> consumer;
    private @Nullable KafkaProducer<String, byte[]> producer;
    private Registry registry = Registry.EMPTY;
    private long readNanos;

    RegistryLog(Map<String, Object> kafka) {
        this.kafka = Map.copyOf(kafka);
    }

    /** The registry as it was a moment ago. */
    Registry recent() throws InterruptedException {
        turn.lockInterruptibly();
        try {
            boolean old = System.nanoTime() - readNanos > TimeUnit.MILLISECONDS.toNanos(AGE_MS_MAX);
            return consumer == null || old ? readToEnd() : registry;
        } finally {
            turn.unlock();
        }
    }

    /** The registry as it is now. */
    Registry newest() throws InterruptedException {
        turn.lockInterruptibly();
        try {
            return readToEnd();
        } finally {
            turn.unlock();
        }
    }

    /**
     * Writes a record.
     *
     * @param value null takes the record away
     * @return the registry with it
     */
    Registry write(String key, @Nullable ObjectNode value) throws InterruptedException {
        turn.lockInterruptibly();
        try {
            KafkaConsumer<String, byte[]> unused = opened();
            byte[] bytes = value == null ? null : value.toString().getBytes(StandardCharsets.UTF_8);
            producer().send(new ProducerRecord<>(TOPIC, 0, key, bytes)).get();
            return readToEnd();
        } catch (ExecutionException | KafkaException e) {
            if (KafkaErrors.areCredentialsRefused(e)) {
                closeProducer(Duration.ZERO); // it is not let in later either
            }
            throw unavailable(e);
        } finally {
            turn.unlock();
        }
    }

    private Registry readToEnd() throws InterruptedException {
        try {
            KafkaConsumer<String, byte[]> reading = opened();
            long end = reading.endOffsets(List.of(PARTITION), ANSWER).getOrDefault(PARTITION, 0L);
            long giveUp = System.nanoTime() + ANSWER.toNanos();
            Map<String, byte @Nullable []> changes = new LinkedHashMap<>();
            while (reading.position(PARTITION, ANSWER) < end) {
                if (System.nanoTime() > giveUp) {
                    throw new KafkaException("the log was not read to its end");
                }
                for (ConsumerRecord<String, byte[]> each : reading.poll(Duration.ofMillis(100))) {
                    changes.put(each.key(), each.value());
                }
            }
            if (!changes.isEmpty()) {
                registry = registry.with(changes);
            }
            readNanos = System.nanoTime();
            return registry;
        } catch (KafkaException e) {
            reopen();
            throw unavailable(e);
        }
    }

    /** What was polled and not kept must be read again. */
    private void reopen() {
        if (consumer != null) {
            consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(ANSWER));
            consumer = null;
        }
        registry = Registry.EMPTY;
    }

    private KafkaConsumer<String, byte[]> opened() throws InterruptedException {
        if (consumer == null) {
            ensureTopic();
            Map<String, Object> config = new HashMap<>(kafka);
            config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, StringDeserializer.class);
            config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
            config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
            config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            // A question for the log's end waits behind the fetch before it, half a second by
            // default.
            config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 5);
            KafkaConsumer<String, byte[]> opening = new KafkaConsumer<>(config);
            opening.assign(List.of(PARTITION));
            opening.seekToBeginning(List.of(PARTITION));
            consumer = opening;
        }
        return consumer;
    }

    private KafkaProducer<String, byte[]> producer() {
        if (producer == null) {
            Map<String, Object> config = new HashMap<>(kafka);
            config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, StringSerializer.class);
            config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
            config.put(ProducerConfig.ACKS_CONFIG, "all");
            config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
            config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
            config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
            config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 10_000);
            producer = new KafkaProducer<>(config);
        }
        return producer;
    }

    private void closeProducer(Duration wait) {
        if (producer != null) {
            producer.close(wait);
            producer = null;
        }
    }

    private void ensureTopic() throws InterruptedException {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("default.api.timeout.ms", (int) ANSWER.toMillis());
        config.put("request.timeout.ms", (int) ANSWER.toMillis());
        try (Admin admin = Admin.create(config)) {
            if (admin.listTopics().names().get().contains(TOPIC)) {
                return;
            }
            int brokers = admin.describeCluster().nodes().get().size();
            short replication = (short) Math.max(1, Math.min(brokers, REPLICATION_MAX));
            NewTopic topic =
                    new NewTopic(TOPIC, Optional.of(1), Optional.of(replication))
                            .configs(
                                    Map.of(
                                            "cleanup.policy",
                                            "compact",
                                            "min.insync.replicas",
                                            replication == REPLICATION_MAX ? "2" : "1"));
            admin.createTopics(List.of(topic)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw unavailable(e);
            }
        }
    }

    private static OmenException unavailable(Exception e) {
        return new OmenException(
                ErrorCode.UNAVAILABLE,
                "Topic "
                        + TOPIC
                        + ", which holds Chroma's collections, does not answer: "
                        + e.getMessage(),
                e);
    }

    @Override
    public void close() {
        turn.lock();
        try {
            reopen();
            closeProducer(ANSWER);
        } finally {
            turn.unlock();
        }
    }
}
