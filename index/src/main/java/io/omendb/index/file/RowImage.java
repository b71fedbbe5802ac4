package io.omendb.index.file;

import io.omendb.record.SparseVector;
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
 * @param sparse its entry in the inverted index, from which it is not read back: null for none, and
 *     for a row that was read
 */
public record RowImage(
        byte[] id,
        int keyGroup,
        String source,
        long offset,
        long timestampMs,
        byte @Nullable [] metadata,
        byte @Nullable [] text,
        @Nullable SparseVector sparse) {

    /** A row without a sparse vector. */
    public RowImage(
            byte[] id,
            int keyGroup,
            String source,
            long offset,
            long timestampMs,
            byte @Nullable [] metadata,
            byte @Nullable [] text) {
        this(id, keyGroup, source, offset, timestampMs, metadata, text, null);
    }
}
