package io.omendb.protocol.catalogue;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/** Kafka's failures as OmenDB's. */
final class KafkaErrors {
    private KafkaErrors() {}

    /** UNAVAILABLE where trying again may help, else EXTERNAL. */
    static OmenException of(String what, @Nullable Throwable cause) {
        ErrorCode code =
                cause instanceof RetriableException ? ErrorCode.UNAVAILABLE : ErrorCode.EXTERNAL;
        return new OmenException(
                code,
                what + ": " + (cause == null ? "no reason given" : cause.getMessage()),
                cause);
    }
}
