package io.omendb.client.point;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The place of a write in the log. A query that must see the write names it.
 *
 * @param topic the collection's Kafka topic
 * @param offset of the write's last record in the partition
 */
public record Token(String topic, int partition, long offset) {
    private static final Pattern FORM = Pattern.compile("(.+)-(\\d{1,9}):(\\d{1,18})");

    /**
     * Reads {@code topic-partition:offset}, such as {@code omen.products-0:17}.
     *
     * @throws IllegalArgumentException if it is none
     */
    @JsonCreator
    public static Token parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "found \"" + text + "\", expected a token such as omen.products-0:17");
        }
        return new Token(
                matcher.group(1),
                Integer.parseInt(matcher.group(2)),
                Long.parseLong(matcher.group(3)));
    }

    @Override
    @JsonValue
    public String toString() {
        return topic + "-" + partition + ":" + offset;
    }
}
