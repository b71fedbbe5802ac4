package io.omendb.protocol.kafka;

import io.omendb.OmenException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings of Kafka's clients that are OmenDB's own to choose. Each client sets those that it
 * relies on, whatever it was given; so that nobody believes in a setting that has no effect, they
 * are refused where they are given. Every other key reaches every client.
 */
final class OwnSettings {
    /** May be given with the value that OmenDB relies on. */
    private static final Map<String, String> FIXED =
            Map.of(
                    // What a transaction has not committed may never have been.
                    "isolation.level", "read_committed",
                    // Offsets are in Flink's checkpoints, and whoever reads says from where.
                    "enable.auto.commit", "false",
                    "auto.offset.reset", "earliest",
                    // Topics are made with the partitions and replicas of their collection.
                    "allow.auto.create.topics", "false",
                    // A token promises that the write is kept, and that its place is its own.
                    "acks", "all",
                    "enable.idempotence", "true");

    private static final Set<String> CHOSEN =
            Set.of(
                    // The form of what is read and written.
                    "key.serializer",
                    "value.serializer",
                    "key.deserializer",
                    "value.deserializer",
                    // Writes of one id keep their order only in one partition.
                    "partitioner.class",
                    "partitioner.ignore.keys",
                    "partitioner.adaptive.partitioning.enable",
                    "partitioner.availability.timeout.ms",
                    "partitioner.rack.aware",
                    // Idempotent producers try again, and keep five requests in order at most.
                    "retries",
                    "max.in.flight.requests.per.connection",
                    // All writers of the catalogue share one; the others have no transactions.
                    "transactional.id",
                    "transaction.timeout.ms",
                    "transaction.two.phase.commit.enable",
                    // Nobody is in a consumer group.
                    "group.id",
                    "group.instance.id",
                    "group.protocol",
                    // Consumers and producers want interceptors of different interfaces.
                    "interceptor.classes",
                    // Answers and failures come in the time that each client must keep to.
                    "request.timeout.ms",
                    "default.api.timeout.ms",
                    "delivery.timeout.ms",
                    "max.block.ms",
                    "linger.ms",
                    "batch.size",
                    "buffer.memory",
                    "fetch.max.wait.ms",
                    "max.partition.fetch.bytes",
                    "metadata.max.age.ms",
                    "receive.buffer.bytes",
                    // The source's.
                    "client.id.prefix",
                    "commit.offsets.on.checkpoint",
                    "partition.discovery.interval.ms");

    private OwnSettings() {}

    /**
     * Refuses settings that contradict OmenDB's own.
     *
     * @throws OmenException INVALID naming the first such key
     */
    static void check(Map<String, String> settings) {
        new TreeMap<>(settings).forEach(OwnSettings::check);
    }

    private static void check(String key, String value) {
        @Nullable String fixed = FIXED.get(key);
        boolean same =
                value.trim().equals(fixed) || key.equals("acks") && value.trim().equals("-1");
        if (fixed != null && !same) {
            throw OmenException.invalid(
                    key
                            + ": found "
                            + value
                            + ", expected "
                            + fixed
                            + " or no such key: OmenDB relies on it");
        }
        if (CHOSEN.contains(key)) {
            throw OmenException.invalid(
                    key + ": found one, expected no such key: OmenDB chooses it for each client");
        }
    }
}
