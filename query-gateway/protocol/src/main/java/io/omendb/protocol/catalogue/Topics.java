package io.omendb.protocol.catalogue;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.kafka.KafkaErrors;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the catalogue does to Kafka topics. Blocks; every call ends within the API timeout. */
final class Topics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

    /** Followers are opened again and again; once a process is enough. */
    private static final AtomicBoolean REPLICAS_LOOKED_AT = new AtomicBoolean();

    private static final int REPLICATION_MAX = 3;
    private static final int EXISTS_ATTEMPTS_MAX = 50;
    private static final Duration API_TIMEOUT = Duration.ofSeconds(10);

    private final Admin admin;

    private Topics(Admin admin) {
        this.admin = admin;
    }

    static Topics open(Map<String, Object> kafka) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) API_TIMEOUT.toMillis());
        config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
        return new Topics(Admin.create(config));
    }

    /** Creates the catalogue's topic if it is missing. */
    void ensureCatalogue() throws InterruptedException {
        ensure(CatalogueRecord.TOPIC, 1, Map.of("cleanup.policy", "compact"));
        if (REPLICAS_LOOKED_AT.compareAndSet(false, true)) {
            warnOfFewReplicas();
        }
    }

    private void warnOfFewReplicas() throws InterruptedException {
        try {
            int copies = partitions(CatalogueRecord.TOPIC).get(0).replicas().size();
            int brokers = get(admin.describeCluster().nodes()).size();
            if (copies < Math.min(brokers, REPLICATION_MAX)) {
                LOG.warn(
                        "Topic {} has {} replicas on a cluster of {} brokers: what collections"
                                + " there are is lost with those. Give it more"
                                + " (kafka-reassign-partitions).",
                        CatalogueRecord.TOPIC,
                        copies,
                        brokers);
            }
        } catch (OmenException | IndexOutOfBoundsException e) {
            LOG.debug("how many replicas the catalogue has is not known", e);
        }
    }

    /** Creates a topic if it is missing, and adds partitions if it has fewer than asked for. */
    void ensure(String topic, int partitions) throws InterruptedException {
        ensure(topic, partitions, Map.of());
    }

    private void ensure(String topic, int partitions, Map<String, String> config)
            throws InterruptedException {
        // The broker that says "exists" and the one that is asked next may be a moment apart.
        for (int attempt = 0; attempt < EXISTS_ATTEMPTS_MAX; attempt++) {
            int found = partitionCount(topic);
            if (found >= partitions) {
                return;
            }
            if (found > 0) {
                get(
                        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                                .all());
                return;
            }
            if (create(topic, partitions, config)) {
                return;
            }
            Thread.sleep(100);
        }
        throw new OmenException(
                ErrorCode.EXTERNAL,
                "Kafka says that topic " + topic + " exists, but does not describe it.");
    }

    private boolean create(String topic, int partitions, Map<String, String> config)
            throws InterruptedException {
        Collection<Node> brokers = get(admin.describeCluster().nodes());
        Map<String, String> defaults = brokerDefaults(brokers);
        // Only brokers that are up are known: where one is away Kafka refuses what its operator
        // does not want, and whoever asks tries again, instead of a copy less for good.
        int replication =
                Math.max(
                        Math.min(brokers.size(), REPLICATION_MAX),
                        number(defaults, "default.replication.factor"));
        Map<String, String> configs = new HashMap<>(config);
        // Acknowledged by two of three: one broker may be lost for good.
        int insync = replication >= REPLICATION_MAX ? 2 : 1;
        configs.put(
                "min.insync.replicas",
                Integer.toString(
                        Math.min(
                                replication,
                                Math.max(insync, number(defaults, "min.insync.replicas")))));
        NewTopic created =
                new NewTopic(topic, Optional.of(partitions), Optional.of((short) replication))
                        .configs(configs);
        try {
            admin.createTopics(List.of(created)).all().get();
            return true;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof TopicExistsException) {
                return false;
            }
            if (e.getCause() instanceof InvalidTopicException refused) {
                // Most often beside the topic of a collection that was dropped, which stays.
                throw new OmenException(
                        ErrorCode.CONFLICT,
                        "Kafka takes no topic "
                                + topic
                                + " ("
                                + refused.getMessage()
                                + "); choose another name.",
                        e);
            }
            if (e.getCause() instanceof InvalidReplicationFactorException refused) {
                throw new OmenException(
                        ErrorCode.UNAVAILABLE,
                        "Kafka makes no topic "
                                + topic
                                + " with "
                                + replication
                                + " replicas, which its brokers' default.replication.factor asks"
                                + " for, while "
                                + brokers.size()
                                + " brokers are up ("
                                + refused.getMessage()
                                + ").",
                        e);
            }
            throw failed(e);
        }
    }

    /** What brokers give a topic that does not say; nothing where they may not be asked. */
    private Map<String, String> brokerDefaults(Collection<Node> brokers)
            throws InterruptedException {
        Map<String, String> defaults = new HashMap<>();
        if (brokers.isEmpty()) {
            return defaults;
        }
        ConfigResource broker =
                new ConfigResource(
                        ConfigResource.Type.BROKER, brokers.iterator().next().idString());
        try {
            admin.describeConfigs(List.of(broker))
                    .all()
                    .get()
                    .forEach(
                            (resource, config) ->
                                    config.entries()
                                            .forEach(e -> defaults.put(e.name(), e.value())));
        } catch (ExecutionException e) {
            LOG.debug("what brokers give topics by default is not known", e);
        }
        return defaults;
    }

    /** At least 1. */
    private static int number(Map<String, String> settings, String name) {
        String value = settings.get(name);
        try {
            return value == null ? 1 : Math.max(1, Integer.parseInt(value));
        } catch (NumberFormatException e) {
            return 1;
        }
    }

    /** The number of partitions of a topic; 0 where it does not exist. */
    private int partitionCount(String topic) throws InterruptedException {
        return partitions(topic).size();
    }

    private List<TopicPartitionInfo> partitions(String topic) throws InterruptedException {
        try {
            return Objects.requireNonNull(
                            admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic))
                    .partitions();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return List.of();
            }
            throw failed(e);
        }
    }

    /** Per partition, the offset that the next record will get; empty where there is no topic. */
    Map<Integer, Long> endOffsets(String topic) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        for (TopicPartitionInfo partition : partitions(topic)) {
            asked.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest());
        }
        Map<Integer, Long> ends = new TreeMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> end :
                get(admin.listOffsets(asked).all()).entrySet()) {
            ends.put(end.getKey().partition(), end.getValue().offset());
        }
        return ends;
    }

    /** Deletes the records before these offsets. */
    void purge(String topic, Map<Integer, Long> before) throws InterruptedException {
        Map<TopicPartition, RecordsToDelete> purged = new HashMap<>();
        before.forEach(
                (partition, offset) ->
                        purged.put(
                                new TopicPartition(topic, partition),
                                RecordsToDelete.beforeOffset(offset)));
        get(admin.deleteRecords(purged).all());
    }

    private static <T> T get(KafkaFuture<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw failed(e);
        }
    }

    private static OmenException failed(ExecutionException e) {
        return KafkaErrors.of("A Kafka topic could not be read or changed", e.getCause());
    }

    @Override
    public void close() {
        // Nothing is under way that somebody still waits for. (Of zero Kafka makes "for ever".)
        admin.close(Duration.ofMillis(1));
    }
}
