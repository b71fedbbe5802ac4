package io.omendb.connectors.ingest;

import io.omendb.OmenException;
import io.omendb.protocol.catalogue.CatalogueFollower;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.flink.connector.kafka.source.enumerator.subscriber.KafkaSubscriber;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which topics are read: those of collections, and mapped ones whose collection exists. Before
 * that nobody could tell what their records mean, and records that are read are not read again.
 * Used by one thread of the source's enumerator at a time.
 */
final class TopicSubscriber implements KafkaSubscriber {
    private static final long serialVersionUID = 1;
    private static final Logger LOG = LoggerFactory.getLogger(TopicSubscriber.class);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration CATCH_UP_TIMEOUT = Duration.ofSeconds(10);

    /**
     * Rounds left out after one in which Kafka did not tell; new topics are found in the others.
     */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final IngestionOptions options;

    /** Mapped topics whose collection was seen. A topic that is read once stays so. */
    private final HashSet<String> ready = new HashSet<>();

    /** Where the catalogue ended when it was last read. */
    private long readTo = -1;

    /** When that failed last, so that it does not hold up each round. */
    private transient long failedNanos = System.nanoTime() - PAUSE_NANOS;

    /** What there was to read when Kafka told last; null before it has. */
    private transient @Nullable Set<TopicPartition> last;

    TopicSubscriber(IngestionOptions options) {
        this.options = options;
    }

    @Override
    public synchronized Set<TopicPartition> getSubscribedTopicPartitions(AdminClient admin) {
        List<TopicMapping> waiting = waiting();
        if (!waiting.isEmpty()) {
            look(admin, waiting);
        }
        try {
            last =
                    KafkaSubscriber.getTopicPatternSubscriber(IngestionOptions.topics(ready))
                            .getSubscribedTopicPartitions(admin);
        } catch (RuntimeException e) {
            // It would fail the job, and with it all shards, which need no Kafka to be searched.
            if (last == null) {
                throw e;
            }
            LOG.warn("Whether there are new topics is not known now: {}", reason(e));
        }
        return last;
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.toString();
    }

    private List<TopicMapping> waiting() {
        if (System.nanoTime() - failedNanos < PAUSE_NANOS) {
            return List.of();
        }
        List<TopicMapping> waiting = new ArrayList<>(options.mappings());
        waiting.removeIf(mapping -> ready.contains(mapping.topic()));
        return waiting;
    }

    /** Reads the catalogue where it has grown. */
    private void look(AdminClient admin, List<TopicMapping> waiting) {
        try {
            long end = CatalogueFollower.end(admin, ANSWER_TIMEOUT);
            if (end == readTo) {
                return;
            }
            Set<String> collections = collections();
            for (TopicMapping mapping : waiting) {
                if (collections.contains(mapping.collection())) {
                    ready.add(mapping.topic());
                } else if (readTo < 0) {
                    LOG.info(
                            "Topic {} is read once there is a collection {}.",
                            mapping.topic(),
                            mapping.collection());
                }
            }
            readTo = end;
        } catch (OmenException e) {
            // Kafka is away, or new: a later round asks again, and the others are not held up.
            failedNanos = System.nanoTime();
            LOG.warn("Whether mapped topics can be read is not known yet: {}", e.getMessage());
        }
    }

    private Set<String> collections() {
        try (CatalogueFollower catalogue = CatalogueFollower.open(options.kafka().clientConfig())) {
            catalogue.awaitCaughtUp(CATCH_UP_TIMEOUT);
            return catalogue.current().keySet();
        }
    }
}
