package io.omendb.index.file;

import org.jspecify.annotations.Nullable;

/**
 * A row as it is stored, all but its vector.
 *
 * @param id the user's id, UTF-8
 * @param keyGroup Flink key group of the id
 * @param source where the row came from, {@code topic-partition}; empty where positions mean
 *     nothing
 * @param offset offset within the source; -1 where positions mean nothing
 * @param timestampMs Kafka timestamp, milliseconds since the epoch
 * @param metadata JSON object, UTF-8; null for none
 * @param text UTF-8; null for none
 */
public record RowImage(
        byte[] id,
        int keyGroup,
        String source,
        long offset,
        long timestampMs,
        byte @Nullable [] metadata,
        byte @Nullable [] text) {}
