package io.omendb.state;

import io.omendb.index.shard.ShardOptions;
import java.nio.file.Path;

/** Vector state without the Flink task that usually owns it. */
public final class OpenedState {
    private OpenedState() {}

    public static VectorState in(Path directory) {
        return VectorState.open(ShardOptions.DEFAULT, directory);
    }
}
