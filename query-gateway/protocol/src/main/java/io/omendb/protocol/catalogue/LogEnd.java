package io.omendb.protocol.catalogue;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.kafka.KafkaErrors;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Where the catalogue's log ends, asked for on a connection of its own. A broker answers what comes
 * over one connection in turn, so on the follower's the question would wait until the fetch before
 * it ends, which it does for want of records after half a second.
 *
 * <p>Connects at the first question. Safe for use by any thread.
 */
final class LogEnd implements AutoCloseable {
    private static final int REQUEST_TIMEOUT_MS = 5_000;

    /** How long a refusal is repeated without asking Kafka again. */
    private static final long REFUSED_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Nobody waits for what is under way; of zero Kafka makes "for ever". */
    private static final Duration CLOSE_WAIT_MAX = Duration.ofMillis(1);

    private final Map<String, Object> kafka;
    private final TopicPartition partition;
    private @Nullable Admin admin;
    private @Nullable OmenException refusal;
    private long refusedNanos;
    private boolean closed;

    LogEnd(Map<String, Object> kafka, TopicPartition partition) {
        this.kafka = kafka;
        this.partition = partition;
    }

    /**
     * The offset after the last record that readers of committed records see.
     *
     * @throws OmenException UNAVAILABLE where there is no answer in time, or Kafka refuses
     */
    long ask(Duration timeout) {
        Admin asked;
        try {
            asked = opened();
        } catch (OmenException e) {
            throw e;
        } catch (RuntimeException e) {
            throw refused(e); // the settings make no client: whatever a provider of them throws
        }
        try {
            return ask(asked, partition, timeout);
        } catch (OmenException e) {
            if (KafkaErrors.isRefusal(e)) {
                forget(asked, e);
            }
            throw e;
        }
    }

    /** The same over a connection of the caller's. */
    static long ask(Admin admin, TopicPartition partition, Duration timeout) {
        try {
            return admin.listOffsets(
                            Map.of(partition, OffsetSpec.latest()),
                            new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)
                                    .timeoutMs((int) timeout.toMillis()))
                    .partitionResult(partition)
                    .get(timeout.toNanos(), TimeUnit.NANOSECONDS)
                    .offset();
        } catch (InterruptedException e) {
            throw ReadPosition.interrupted(e);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw KafkaErrors.isRefusal(e) ? refused(e) : ReadPosition.late(timeout, e);
        }
    }

    private static OmenException refused(Exception e) {
        return new OmenException(
                ErrorCode.UNAVAILABLE,
                "Topic "
                        + CatalogueRecord.TOPIC
                        + " cannot be read: "
                        + KafkaErrors.reason(e)
                        + ".",
                e);
    }

    /**
     * A client that was refused says so for minutes, whatever has changed meanwhile. The next one
     * is made a while later: each is one more wrong password, and whoever asks a gateway for a
     * collection that it does not know asks here.
     */
    private synchronized void forget(Admin refused, OmenException why) {
        if (admin == refused) {
            admin.close(CLOSE_WAIT_MAX);
            admin = null;
            refusal = why;
            refusedNanos = System.nanoTime();
        }
    }

    private synchronized Admin opened() {
        if (closed) {
            throw new KafkaException("closed");
        }
        if (admin == null) {
            OmenException last = refusal;
            if (last != null && System.nanoTime() - refusedNanos < REFUSED_PAUSE_NANOS) {
                throw new OmenException(last.code(), String.valueOf(last.getMessage()), last);
            }
            refusal = null;
            Map<String, Object> config = new HashMap<>(kafka);
            config.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS);
            admin = Admin.create(config);
        }
        return admin;
    }

    /** Ends all questions. */
    @Override
    public synchronized void close() {
        closed = true;
        if (admin != null) {
            admin.close(CLOSE_WAIT_MAX);
            admin = null;
        }
    }
}
