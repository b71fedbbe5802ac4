package io.omendb.protocol;

import java.util.List;

/** Finds the shards of the running job. Called from query threads; implementations cache. */
public interface ShardDirectory extends AutoCloseable {

    /**
     * The shards known now, ordered by subtask. Fewer than {@link ShardAddress#parallelism()} (or
     * none) while the job starts or recovers.
     */
    List<ShardAddress> shards();

    /** Says that an address did not answer, so that it is asked for again. */
    void reportUnreachable(ShardAddress address);

    @Override
    void close();
}
