package io.omendb.protocol.catalogue;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.kafka.KafkaErrors;
import io.omendb.schema.CollectionDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the catalogue topic from its beginning and keeps the collections that exist.
 *
 * <p>Opening needs no broker: until one answers, the catalogue is empty and {@link #healthy()} is
 * false. A lost broker is waited for, with the last known catalogue meanwhile. A record that cannot
 * be read ends the following, since everything after it could be wrong: {@link #healthy()} is then
 * false for good and {@link #awaitCaughtUp} says why.
 *
 * <p>Written by the thread {@code omen-catalogue-follower}, read by any thread through one volatile
 * snapshot.
 */
public final class CatalogueFollower implements FollowedCatalogue, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueFollower.class);
    private static final TopicPartition PARTITION = new TopicPartition(CatalogueRecord.TOPIC, 0);
    private static final Duration POLL = Duration.ofMillis(500);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(3);
    private static final long RETRY_PAUSE_MS = 500;

    /** Kafka answers each wrong password, and may lock an account that brings it too often. */
    private static final long REFUSED_PAUSE_MS = 5_000;

    private static final String AWAY = "Kafka does not answer.";
    private static final long CLOSE_WAIT_MS_MAX = 10_000;

    private final Map<String, Object> kafka;
    private final ReadPosition position = new ReadPosition();
    private final LogEnd logEnd;
    private final Thread thread = new Thread(this::run, "omen-catalogue-follower");

    private volatile CatalogueSnapshot snapshot = CatalogueSnapshot.EMPTY;
    private volatile boolean healthy;
    private volatile String problem = AWAY;
    private volatile boolean closed;
    private volatile @Nullable KafkaConsumer<byte[], byte[]> consumer;

    private CatalogueFollower(Map<String, Object> kafka) {
        this.kafka = kafka;
        this.logEnd = new LogEnd(kafka, PARTITION);
    }

    /** Starts to follow the catalogue of a Kafka cluster. */
    public static CatalogueFollower open(String bootstrapServers) {
        return open(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers));
    }

    /** Starts to follow the catalogue with Kafka client settings, such as those for security. */
    public static CatalogueFollower open(Map<String, Object> kafka) {
        CatalogueFollower follower = new CatalogueFollower(Map.copyOf(kafka));
        follower.thread.setDaemon(true);
        follower.thread.start();
        return follower;
    }

    /**
     * The offset after the catalogue's last record: where it is the same again, nothing has
     * changed.
     *
     * @throws OmenException UNAVAILABLE where there is no answer in time, or no catalogue yet
     */
    public static long end(Admin kafka, Duration timeout) {
        return LogEnd.ask(kafka, PARTITION, timeout);
    }

    /** The collections that exist, by name, as far as they have been read. */
    @Override
    public Map<String, CollectionDefinition> current() {
        return snapshot.live();
    }

    @Override
    public Map<String, Long> dropped() {
        CatalogueSnapshot read = snapshot;
        Map<String, Long> dropped = new HashMap<>(read.generations());
        dropped.keySet().removeAll(read.live().keySet());
        return dropped;
    }

    @Override
    public long version() {
        return snapshot.version();
    }

    /** Whether the broker answered the last time it was asked. */
    @Override
    public boolean healthy() {
        return healthy;
    }

    @Override
    public String problem() {
        return healthy ? "" : problem;
    }

    /**
     * Returns once everything is applied that was in the catalogue at the time of the call.
     *
     * @throws OmenException UNAVAILABLE if Kafka does not answer in time, or refuses at once;
     *     CORRUPT if the catalogue holds a record that cannot be read
     */
    @Override
    public void awaitCaughtUp(Duration timeout) {
        long giveUp = System.nanoTime() + timeout.toNanos();
        long end;
        try {
            position.requireGoingOn();
            end = logEnd.ask(timeout);
        } catch (OmenException e) {
            position.requireGoingOn(); // what ended the following says more
            throw e;
        }
        position.await(end, Duration.ofNanos(giveUp - System.nanoTime()));
    }

    /** Returns once the record at this offset is applied. */
    void awaitRead(long offset, Duration timeout) {
        position.await(offset + 1, timeout);
    }

    CatalogueSnapshot snapshot() {
        return snapshot;
    }

    @Override
    public void close() {
        closed = true;
        position.fail(
                new OmenException(ErrorCode.UNAVAILABLE, "The catalogue follower is closed."));
        logEnd.close();
        KafkaConsumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup(); // an interrupted consumer cannot close in order
        } else {
            thread.interrupt();
        }
        try {
            thread.join(CLOSE_WAIT_MS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!closed) {
                try {
                    follow();
                } catch (RuntimeException e) { // also what a provider of settings throws
                    unreachable(e);
                    Thread.sleep(KafkaErrors.isRefusal(e) ? REFUSED_PAUSE_MS : RETRY_PAUSE_MS);
                }
            }
        } catch (InterruptedException | InterruptException e) {
            // Only close() interrupts this thread.
            closed = true;
        } finally {
            healthy = false;
        }
    }

    private void unreachable(RuntimeException e) throws InterruptedException {
        healthy = false;
        if (e instanceof InterruptException) {
            throw new InterruptedException("closed");
        }
        if (e instanceof OmenException broken && broken.code() == ErrorCode.CORRUPT) {
            position.fail(broken);
            closed = true;
        }
        String now = isSilence(e) ? AWAY : KafkaErrors.reason(e);
        if (!(e instanceof KafkaException || e instanceof OmenException) && !now.equals(problem)) {
            LOG.error("The catalogue cannot be followed, which is tried again", e);
        }
        problem = now;
    }

    private static boolean isSilence(RuntimeException e) {
        return e instanceof TimeoutException || e.getCause() instanceof TimeoutException;
    }

    private void follow() throws InterruptedException {
        try (Topics topics = Topics.open(kafka)) {
            topics.ensureCatalogue();
        }
        KafkaConsumer<byte[], byte[]> reading = new KafkaConsumer<>(consumerConfig());
        try {
            reading.assign(List.of(PARTITION));
            if (snapshot.version() == 0) {
                reading.seekToBeginning(List.of(PARTITION));
            } else {
                reading.seek(PARTITION, snapshot.version());
            }
            consumer = reading;
            while (!closed) {
                try {
                    step(reading);
                } catch (WakeupException e) {
                    continue; // only close() wakes it
                } catch (TimeoutException e) {
                    problem = AWAY;
                    healthy = false;
                }
            }
        } finally {
            consumer = null;
            // It is in no group and has nobody to take leave of.
            reading.close(CloseOptions.timeout(Duration.ZERO));
        }
    }

    /** Sees whether the broker answers, and reads what comes within one poll. */
    private void step(KafkaConsumer<byte[], byte[]> reading) {
        Map<TopicPartition, Long> unused = reading.endOffsets(List.of(PARTITION), ANSWER_TIMEOUT);
        healthy = true;
        // Where nothing was ever written, or what was has gone, no record says where the log is.
        position.reached(reading.position(PARTITION, ANSWER_TIMEOUT));
        apply(reading.poll(POLL));
    }

    private void apply(ConsumerRecords<byte[], byte[]> polled) {
        OffsetAndMetadata next = polled.nextOffsets().get(PARTITION);
        if (next == null) {
            return;
        }
        List<CatalogueRecord> records = new ArrayList<>();
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            records.add(read(record));
        }
        snapshot = snapshot.with(records, next.offset());
        position.reached(next.offset());
    }

    private static CatalogueRecord read(ConsumerRecord<byte[], byte[]> record) {
        try {
            return CatalogueRecord.read(record.key(), record.value());
        } catch (RuntimeException e) {
            throw new OmenException(
                    ErrorCode.CORRUPT,
                    "Topic "
                            + CatalogueRecord.TOPIC
                            + " holds at offset "
                            + record.offset()
                            + " a record that is no collection: "
                            + e.getMessage(),
                    e);
        }
    }

    private Map<String, Object> consumerConfig() {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        // The writer's transactions decide races between gateways; aborted records never were.
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        return config;
    }
}
