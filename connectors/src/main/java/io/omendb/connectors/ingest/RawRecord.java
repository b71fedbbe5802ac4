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
        Map<String, byte[]> headers) {}
