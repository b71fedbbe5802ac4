package io.omendb.connectors.ingest;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.kafka.KafkaErrors;
import io.omendb.protocol.kafka.KafkaSettings;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Asks Kafka which records it has, over a connection that is made at the first question. Used by
 * one thread.
 */
final class LogRanges implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final KafkaSettings kafka;
    private @Nullable Admin admin;

    LogRanges(KafkaSettings kafka) {
        this.kafka = kafka;
    }

    /**
     * What partitions hold. Those that do not exist are left out: asked for their offsets, Kafka's
     * client would wait for them to appear.
     *
     * @throws OmenException EXTERNAL if Kafka does not answer
     */
    Map<TopicPartition, LogRange> of(Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        try {
            Admin asked = opened();
            Set<TopicPartition> existing = existing(asked, partitions);
            ListOffsetsResult begins = asked.listOffsets(all(existing, OffsetSpec.earliest()));
            ListOffsetsResult ends = asked.listOffsets(all(existing, OffsetSpec.latest()));
            Map<TopicPartition, LogRange> ranges = new HashMap<>();
            for (TopicPartition partition : existing) {
                long begin = begins.partitionResult(partition).get().offset();
                long end = ends.partitionResult(partition).get().offset();
                ranges.put(partition, new LogRange(begin, end));
            }
            return ranges;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.EXTERNAL, "interrupted while asking Kafka", e);
        } catch (ExecutionException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "Kafka at "
                            + kafka.bootstrapServers()
                            + " does not say which records it has: "
                            + KafkaErrors.reason(e),
                    e);
        }
    }

    private static Set<TopicPartition> existing(Admin admin, Collection<TopicPartition> partitions)
            throws InterruptedException, ExecutionException {
        Map<String, KafkaFuture<TopicDescription>> descriptions =
                admin.describeTopics(
                                partitions.stream()
                                        .map(TopicPartition::topic)
                                        .collect(Collectors.toSet()))
                        .topicNameValues();
        Map<String, Set<Integer>> found = new HashMap<>();
        for (Map.Entry<String, KafkaFuture<TopicDescription>> topic : descriptions.entrySet()) {
            try {
                found.put(
                        topic.getKey(),
                        topic.getValue().get().partitions().stream()
                                .map(TopicPartitionInfo::partition)
                                .collect(Collectors.toSet()));
            } catch (ExecutionException e) {
                if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
                    throw e;
                }
            }
        }
        return partitions.stream()
                .filter(
                        partition ->
                                found.getOrDefault(partition.topic(), Set.of())
                                        .contains(partition.partition()))
                .collect(Collectors.toSet());
    }

    private static Map<TopicPartition, OffsetSpec> all(
            Set<TopicPartition> partitions, OffsetSpec spec) {
        return partitions.stream().collect(Collectors.toMap(partition -> partition, p -> spec));
    }

    private Admin opened() {
        Admin known = admin;
        if (known == null) {
            Map<String, Object> config = new HashMap<>(kafka.clientConfig());
            config.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) TIMEOUT.toMillis());
            known = Admin.create(config);
            admin = known;
        }
        return known;
    }

    @Override
    public void close() {
        if (admin != null) {
            admin.close(CLOSE_TIMEOUT);
            admin = null;
        }
    }
}
