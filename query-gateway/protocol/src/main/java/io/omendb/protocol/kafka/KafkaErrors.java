package io.omendb.protocol.kafka;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.jspecify.annotations.Nullable;

/** Kafka's failures as OmenDB's, in words that hold no password. */
public final class KafkaErrors {
    private KafkaErrors() {}

    /** UNAVAILABLE where trying again may help, else EXTERNAL. */
    public static OmenException of(String what, @Nullable Throwable cause) {
        ErrorCode code =
                cause instanceof RetriableException ? ErrorCode.UNAVAILABLE : ErrorCode.EXTERNAL;
        return new OmenException(
                code, what + ": " + (cause == null ? "no reason given" : reason(cause)), cause);
    }

    /**
     * Whether Kafka answered and said no: to the credentials, or to what was asked. Trying again
     * changes nothing until somebody changes the settings or Kafka's.
     */
    public static boolean isRefusal(@Nullable Throwable failure) {
        return refusal(failure) != null;
    }

    /** Whether Kafka lets nobody in with these credentials, or without TLS that both understand. */
    public static boolean areCredentialsRefused(@Nullable Throwable failure) {
        return refusal(failure) instanceof AuthenticationException;
    }

    private static @Nullable Throwable refusal(@Nullable Throwable failure) {
        for (Throwable each = failure; each != null; each = each.getCause()) {
            if (each instanceof AuthenticationException || each instanceof AuthorizationException) {
                return each;
            }
        }
        return null;
    }

    /**
     * What went wrong, in one line: Kafka's own words are often "Failed to construct kafka
     * consumer", and the reason is in the causes.
     */
    public static String reason(Throwable failure) {
        Throwable refusal = refusal(failure);
        if (refusal == null) {
            return messages(failure);
        }
        String words = messages(refusal);
        if (refusal instanceof SslAuthenticationException) {
            return "there is no TLS connection to Kafka: " + words;
        }
        return (refusal instanceof AuthenticationException
                        ? "Kafka refuses the credentials: "
                        : "Kafka does not allow it: ")
                + words;
    }

    private static String messages(Throwable failure) {
        StringBuilder said = new StringBuilder();
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String message = each.getMessage();
            if (message != null && message.contains("JAAS config ")) {
                // Kafka's parser quotes what it stumbles over, which may be a piece of a password.
                message = "sasl.jaas.config cannot be read";
            }
            Throwable cause = each.getCause();
            if (message == null || cause != null && message.equals(cause.toString())) {
                continue;
            }
            if (said.indexOf(message) < 0) {
                said.append(said.length() == 0 ? "" : ": ").append(message);
            }
        }
        String one = said.length() == 0 ? failure.getClass().getSimpleName() : said.toString();
        return one.replaceAll("\\s+", " ");
    }
}
