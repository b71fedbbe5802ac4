package io.omendb.gateway.freshness;

import io.omendb.OmenException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The Kafka position of a write: {@code topic-partition:offset}, such as {@code omen.c-0:17}. */
public record Token(String topic, int partition, long offset) {

    /**
     * Reads a token.
     *
     * @throws OmenException MALFORMED if it is none
     */
    public static Token parse(String field, String text) {
        Token token = parse(text);
        if (token == null) {
            throw OmenException.malformed(
                    field
                            + ": found \""
                            + text
                            + "\", expected a token such as omen.products-0:17");
        }
        return token;
    }

    private static @Nullable Token parse(String text) {
        int colon = text.lastIndexOf(':');
        int dash = text.lastIndexOf('-', colon);
        if (dash <= 0 || colon < dash) {
            return null;
        }
        String partition = text.substring(dash + 1, colon);
        String offset = text.substring(colon + 1);
        if (!partition.matches("\\d{1,9}") || !offset.matches("\\d{1,18}")) {
            return null;
        }
        return new Token(
                text.substring(0, dash), Integer.parseInt(partition), Long.parseLong(offset));
    }

    /** {@code topic-partition}. */
    public String source() {
        return topic + "-" + partition;
    }

    TopicPartition topicPartition() {
        return new TopicPartition(topic, partition);
    }

    @Override
    public String toString() {
        return source() + ":" + offset;
    }
}
