package io.omendb.state;

import io.omendb.index.shard.ShardOptions;
import java.nio.file.Path;
import org.apache.flink.runtime.state.KeyGroupRange;

/**
 * What vector state is made from when an operator first asks for it.
 *
 * @param options limits of its shards
 * @param localDirectory where its segments are kept
 * @param keyGroups key groups it owns
 * @param links whether files may be shared with checkpoints on the same disk
 */
record VectorStateSource(
        ShardOptions options, Path localDirectory, KeyGroupRange keyGroups, boolean links) {

    VectorState open() {
        return VectorState.open(options, localDirectory);
    }
}
