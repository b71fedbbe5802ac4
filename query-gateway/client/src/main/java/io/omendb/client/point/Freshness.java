package io.omendb.client.point;

import java.util.Collections;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far an answer lags behind what was written.
 *
 * @param applied per source partition ({@code omen.products-0}) the offset that every shard which
 *     answered had applied; −1 where nothing was
 * @param lagRecords records written and not applied everywhere; null where that is not known
 * @param lagMs 0 without lag, else the age of the newest record applied everywhere; null as above
 */
public record Freshness(
        Map<String, Long> applied, @Nullable Long lagRecords, @Nullable Long lagMs) {
    /** Of an answer that does not say. */
    public static final Freshness UNKNOWN = new Freshness(Map.of(), null, null);

    public Freshness {
        applied = Collections.unmodifiableMap(Objects.requireNonNullElse(applied, Map.of()));
    }
}
