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

    private final Map<String, Object> kafka;
    private final TopicPartition partition;
    private @Nullable Admin admin;
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
        try {
            return ask(opened(), partition, timeout);
        } catch (KafkaException e) {
            throw refused(e); // the settings make no client
        } catch (OmenException e) {
            if (KafkaErrors.isRefusal(e)) {
                forget();
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

    /** A client that was refused says so for minutes, whatever has changed meanwhile. */
    private synchronized void forget() {
        if (admin != null) {
            admin.close(Duration.ZERO);
            admin = null;
        }
    }

    private synchronized Admin opened() {
        if (closed) {
            throw new KafkaException("closed");
        }
        if (admin == null) {
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
        forget();
    }
}
