package io.omendb.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the shards of the running job. Called from query threads; implementations cache. */
public interface ShardDirectory extends AutoCloseable {

    /**
     * The shards known now, ordered by subtask. Fewer than {@link ShardAddress#parallelism()} (or
     * none) while the job starts or recovers.
     */
    List<ShardAddress> shards();

    /**
     * What keeps it from finding shards, where that is not the job's state but the way to ask for
     * it: in words for those who run it; null where there is nothing of the kind.
     */
    default @Nullable String problem() {
        return null;
    }

    /** Says that an address did not answer, so that it is asked for again. */
    void reportUnreachable(ShardAddress address);

    @Override
    void close();
}
