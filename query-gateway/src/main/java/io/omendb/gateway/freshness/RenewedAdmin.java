package io.omendb.gateway.freshness;

import io.omendb.protocol.kafka.KafkaErrors;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Kafka's admin client, made anew while Kafka refuses its credentials. One that was refused says so
 * until its metadata expires ({@code metadata.max.age.ms}, five minutes), though it would be let in
 * long before, and has the password that it was made with. Safe for use by any thread.
 */
final class RenewedAdmin implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RenewedAdmin.class);

    /** Brokers make who is refused wait, and write it down each time. */
    private static final long AGE_NANOS_MIN = TimeUnit.SECONDS.toNanos(2);

    private static final Duration CLOSE_WAIT_MAX = Duration.ofSeconds(5);

    private final Map<String, Object> config;
    private volatile Admin admin;
    private volatile boolean refused;
    private long bornNanos;
    private boolean closed;

    private RenewedAdmin(Map<String, Object> config) {
        this.config = config;
        admin = Admin.create(config);
        bornNanos = System.nanoTime();
    }

    /**
     * Makes a client.
     *
     * @throws KafkaException where the settings make none
     */
    static RenewedAdmin of(Map<String, Object> config) {
        return new RenewedAdmin(Map.copyOf(config));
    }

    /** The client as it is now: to be asked once, not kept. */
    Admin get() {
        return admin;
    }

    /** Takes note of what a request failed with; null where it did not. */
    void heard(@Nullable Throwable failure) {
        if (failure != null && KafkaErrors.areCredentialsRefused(failure)) {
            refused = true;
        }
    }

    /** Makes the client anew if it was refused, and not only just made. May read files. */
    void renewIfRefused() {
        if (refused && System.nanoTime() - bornNanos >= AGE_NANOS_MIN) {
            renew();
        }
    }

    private synchronized void renew() {
        if (closed) {
            return;
        }
        bornNanos = System.nanoTime();
        Admin old = admin;
        try {
            admin = Admin.create(config);
        } catch (KafkaException e) {
            LOG.warn("No client for Kafka, the last one stays: {}", KafkaErrors.reason(e));
            return;
        }
        refused = false;
        // What it was asked fails, and is asked of the new one in the next round.
        old.close(Duration.ZERO);
    }

    @Override
    public synchronized void close() {
        closed = true;
        admin.close(CLOSE_WAIT_MAX);
    }
}
