package io.omendb.gateway.shards;

import io.omendb.protocol.ShardAddress;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whom a question goes to.
 *
 * @param deadline until when somebody waits for the answer
 * @param allowPartial whether some shards may fail, as long as one answers
 * @param only the shards that are asked, the others counting as not answering; null for all
 */
public record Audience(Deadline deadline, boolean allowPartial, @Nullable Set<ShardAddress> only) {

    /** All shards, each of which has to answer. */
    public static Audience all(Deadline deadline) {
        return new Audience(deadline, false, null);
    }

    /** The same shards, until another time. */
    public Audience until(Deadline other) {
        return new Audience(other, allowPartial, only);
    }

    List<ShardAddress> among(List<ShardAddress> known) {
        Set<ShardAddress> some = only;
        return some == null ? known : known.stream().filter(some::contains).toList();
    }
}
