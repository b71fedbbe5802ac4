package io.omendb.connectors.ingest;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * The records that a partition has: offsets from {@code begin} to before {@code end}.
 *
 * @param begin oldest offset there is
 * @param end offset that the next record will get
 */
record LogRange(long begin, long end) {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** What is wrong when records from an offset on are wanted; empty if they are all there. */
    Optional<String> problem(TopicPartition partition, long wanted) {
        if (wanted < begin) {
            return Optional.of(
                    partition
                            + ": offset "
                            + wanted
                            + " is next, but the log begins at "
                            + begin
                            + " ("
                            + (begin - wanted)
                            + " offsets are gone)");
        }
        if (wanted > end) {
            return Optional.of(
                    partition
                            + ": offset "
                            + wanted
                            + " is next, but the log ends at "
                            + end
                            + ": these are not the records that were read before");
        }
        return Optional.empty();
    }

    /**
     * Asks Kafka. Partitions of topics that do not exist are left out.
     *
     * @throws OmenException EXTERNAL if Kafka does not answer
     */
    static Map<TopicPartition, LogRange> of(
            String bootstrapServers, Collection<TopicPartition> partitions) {
        if (partitions.isEmpty()) {
            return Map.of();
        }
        Map<String, Object> config =
                Map.of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) TIMEOUT.toMillis());
        Admin admin = Admin.create(config);
        try {
            Set<String> topics = admin.listTopics().names().get();
            List<TopicPartition> existing = new ArrayList<>(partitions);
            existing.removeIf(partition -> !topics.contains(partition.topic()));
            Map<TopicPartition, Long> begins = offsets(admin, existing, OffsetSpec.earliest());
            Map<TopicPartition, Long> ends = offsets(admin, existing, OffsetSpec.latest());
            Map<TopicPartition, LogRange> ranges =
                    new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
            begins.forEach(
                    (partition, begin) ->
                            ranges.put(
                                    partition,
                                    new LogRange(begin, ends.getOrDefault(partition, begin))));
            return ranges;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OmenException(ErrorCode.EXTERNAL, "interrupted while asking Kafka", e);
        } catch (ExecutionException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "Kafka at "
                            + bootstrapServers
                            + " does not say which records it has: "
                            + e.getCause(),
                    e);
        } finally {
            admin.close(Duration.ofSeconds(5));
        }
    }

    private static Map<TopicPartition, Long> offsets(
            Admin admin, List<TopicPartition> partitions, OffsetSpec spec)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, spec));
        Map<TopicPartition, Long> offsets = new HashMap<>();
        for (Map.Entry<TopicPartition, ListOffsetsResultInfo> entry :
                admin.listOffsets(asked).all().get().entrySet()) {
            offsets.put(entry.getKey(), entry.getValue().offset());
        }
        return offsets;
    }
}
