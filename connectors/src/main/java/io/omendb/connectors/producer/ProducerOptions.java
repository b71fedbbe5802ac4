package io.omendb.connectors.producer;

import io.omendb.OmenException;
import java.time.Duration;

/**
 * How an {@link OmenProducer} batches.
 *
 * @param batchBytes size at which a batch is sent, components counted as float32 though they may be
 *     sent as bytes; Kafka's own limit is 1 MiB a record
 * @param linger time after which a batch is sent at the latest; more makes larger batches and later
 *     points
 * @param bufferBytes what may wait for Kafka before sending blocks
 */
public record ProducerOptions(int batchBytes, Duration linger, long bufferBytes) {
    /** A point of the largest dimension, 4,096, still fits. */
    private static final int BATCH_BYTES_MIN = 1 << 15;

    /** Leaves room for Kafka's framing below its 1 MiB. */
    static final int BATCH_BYTES_MAX = 900_000;

    public static final ProducerOptions DEFAULT =
            new ProducerOptions(256 << 10, Duration.ofMillis(5), 64L << 20);

    public ProducerOptions {
        if (batchBytes < BATCH_BYTES_MIN || batchBytes > BATCH_BYTES_MAX) {
            throw OmenException.invalid(
                    "batchBytes: found "
                            + batchBytes
                            + ", expected "
                            + BATCH_BYTES_MIN
                            + " to "
                            + BATCH_BYTES_MAX);
        }
        if (linger.isNegative() || linger.isZero()) {
            throw OmenException.invalid("linger: found " + linger + ", expected more than 0");
        }
    }

    public ProducerOptions withLinger(Duration chosen) {
        return new ProducerOptions(batchBytes, chosen, bufferBytes);
    }

    public ProducerOptions withBatchBytes(int chosen) {
        return new ProducerOptions(chosen, linger, bufferBytes);
    }
}
