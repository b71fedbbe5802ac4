package io.omendb.connectors.ingest;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A Kafka record as it was read.
 *
 * @param headers by name; of several with one name the last
 */
@SuppressWarnings("ArrayRecordComponent")
record RawRecord(
        String topic,
        int partition,
        long offset,
        long timestampMs,
        byte @Nullable [] key,
        byte @Nullable [] value,
        Map<String, byte[]> headers) {

    /** No record: the source has handed out all it has for now. */
    static final RawRecord PAUSE = new RawRecord("", -1, -1, 0, null, null, Map.of());

    boolean isPause() {
        return topic.isEmpty();
    }
}
