package io.omendb.connectors.ingest;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be applied, on its way to a dead-letter topic. Key, value and headers are
 * the record's own; headers beginning with {@code omen-dlq-} say where it came from and why.
 */
@SuppressWarnings("ArrayRecordComponent")
record DeadLetter(
        String topic, byte @Nullable [] key, byte @Nullable [] value, Map<String, byte[]> headers)
        implements Serializable {

    /** Kafka's limit, less what headers and framing take. */
    private static final int VALUE_BYTES_MAX = (1 << 20) - (16 << 10);

    private static final int REASON_CHARS_MAX = 4_000;

    static DeadLetter of(String deadLetterTopic, RawRecord record, String reason) {
        Map<String, byte[]> headers = new LinkedHashMap<>(record.headers());
        headers.put("omen-dlq-topic", utf8(record.topic()));
        headers.put("omen-dlq-partition", utf8(Integer.toString(record.partition())));
        headers.put("omen-dlq-offset", utf8(Long.toString(record.offset())));
        headers.put(
                "omen-dlq-reason",
                utf8(reason.substring(0, Math.min(REASON_CHARS_MAX, reason.length()))));
        byte[] value = record.value();
        if (value != null && value.length > VALUE_BYTES_MAX) {
            headers.put("omen-dlq-value-bytes", utf8(Integer.toString(value.length)));
            value = null;
        }
        return new DeadLetter(deadLetterTopic, record.key(), value, headers);
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }
}
