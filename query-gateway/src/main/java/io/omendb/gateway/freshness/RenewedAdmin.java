package io.omendb.gateway.freshness;

import io.omendb.protocol.kafka.KafkaErrors;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's admin client, made anew while Kafka refuses its credentials. One that was refused may say
 * so until its metadata expires ({@code metadata.max.age.ms}), though it would be let in before,
 * and has the password that it was made with. Safe for use by any thread.
 */
final class RenewedAdmin implements AutoCloseable {
    /** Brokers make who is refused wait, and write it down each time. */
    private static final long AGE_NANOS_MIN = TimeUnit.SECONDS.toNanos(2);

    private static final Duration CLOSE_WAIT_MAX = Duration.ofSeconds(5);

    /** Nobody waits for what is under way; of zero Kafka makes "for ever". */
    private static final Duration NO_WAIT = Duration.ofMillis(1);

    private final Map<String, Object> config;
    private volatile @Nullable Admin admin;
    private volatile boolean refused;
    private long bornNanos;
    private boolean closed;

    RenewedAdmin(Map<String, Object> config) {
        this.config = Map.copyOf(config);
    }

    /**
     * The client as it is now, made when it is first asked for: to be asked once, not kept. May
     * read files.
     *
     * @throws KafkaException where the settings make none, or after {@link #close}
     */
    Admin get() {
        Admin now = admin;
        return now == null ? opened() : now;
    }

    private synchronized Admin opened() {
        if (closed) {
            throw new KafkaException("closed");
        }
        Admin now = admin;
        if (now == null) {
            now = made();
            admin = now;
            bornNanos = System.nanoTime();
        }
        return now;
    }

    private Admin made() {
        try {
            return Admin.create(config);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException e) { // what a provider of settings throws
            throw new KafkaException("no client for Kafka can be made: " + e.getMessage(), e);
        }
    }

    /** Takes note of what a request failed with; null where it did not. */
    void heard(@Nullable Throwable failure) {
        if (failure != null && KafkaErrors.areCredentialsRefused(failure)) {
            refused = true;
        }
    }

    /** Puts the client away if it was refused, and not only just made: the next is another. */
    void renewIfRefused() {
        if (!refused) {
            return;
        }
        Admin old;
        synchronized (this) {
            old = admin;
            if (old == null || System.nanoTime() - bornNanos < AGE_NANOS_MIN) {
                return;
            }
            admin = null;
            refused = false;
        }
        // What it was asked fails, and is asked of the new one in the next round.
        old.close(NO_WAIT);
    }

    @Override
    public void close() {
        Admin last;
        synchronized (this) {
            closed = true;
            last = admin;
            admin = null;
        }
        if (last != null) {
            last.close(CLOSE_WAIT_MAX);
        }
    }
}
