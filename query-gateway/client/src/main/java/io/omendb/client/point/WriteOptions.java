package io.omendb.client.point;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a write is answered.
 *
 * @param searchable only when every shard has applied it, not already when it is in the log
 * @param timeout how long the server may take, 1 ms to 60 s; null for its own 10 s
 */
public record WriteOptions(boolean searchable, @Nullable Duration timeout) {
    /** As soon as the write cannot be lost any more. */
    public static final WriteOptions ACKNOWLEDGED = new WriteOptions(false, null);

    /** When every search sees it. */
    public static final WriteOptions SEARCHABLE = new WriteOptions(true, null);

    public WriteOptions withTimeout(Duration chosen) {
        return new WriteOptions(searchable, chosen);
    }
}
