package io.omendb.connectors.ingest;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A record that could not be applied, on its way to a dead-letter topic. Key, value and headers are
 * the record's own, as far as they fit into a record: what does not is left out, and a header says
 * how many bytes it had. Headers beginning with {@code omen-dlq-} say where it came from and why.
 */
@SuppressWarnings("ArrayRecordComponent")
record DeadLetter(
        String topic, byte @Nullable [] key, byte @Nullable [] value, Map<String, byte[]> headers)
        implements Serializable {

    /** Kafka's limit, less what our own headers and framing take. */
    private static final int BYTES_MAX = (1 << 20) - (32 << 10);

    /** What a header takes beside its name and its value, at most. */
    private static final int HEADER_FRAME_BYTES = 10;

    private static final int REASON_CHARS_MAX = 4_000;

    static DeadLetter of(String deadLetterTopic, RawRecord record, String reason) {
        byte[] key = record.key();
        byte[] value = record.value();
        Map<String, byte[]> headers = new LinkedHashMap<>(record.headers());
        Map<String, byte[]> leftOut = new LinkedHashMap<>();
        long bytes = length(key) + length(value) + length(headers);
        if (bytes > BYTES_MAX && value != null) {
            leftOut.put("omen-dlq-value-bytes", utf8(Long.toString(value.length)));
            bytes -= value.length;
            value = null;
        }
        if (bytes > BYTES_MAX && !headers.isEmpty()) {
            leftOut.put("omen-dlq-headers-bytes", utf8(Long.toString(length(headers))));
            bytes -= length(headers);
            headers.clear();
        }
        if (bytes > BYTES_MAX && key != null) {
            leftOut.put("omen-dlq-key-bytes", utf8(Long.toString(key.length)));
            key = null;
        }
        headers.putAll(leftOut);
        headers.put("omen-dlq-topic", utf8(record.topic()));
        headers.put("omen-dlq-partition", utf8(Integer.toString(record.partition())));
        headers.put("omen-dlq-offset", utf8(Long.toString(record.offset())));
        headers.put(
                "omen-dlq-reason",
                utf8(reason.substring(0, Math.min(REASON_CHARS_MAX, reason.length()))));
        return new DeadLetter(deadLetterTopic, key, value, headers);
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static long length(Map<String, byte[]> headers) {
        long bytes = 0;
        for (Map.Entry<String, byte[]> header : headers.entrySet()) {
            bytes += utf8(header.getKey()).length + length(header.getValue()) + HEADER_FRAME_BYTES;
        }
        return bytes;
    }

    private static byte[] utf8(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }
}
