package io.omendb.state;

import java.util.Collection;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.CheckpointType;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.filesystem.RelativeFileStateHandle;

/**
 * After a restore from a native savepoint, makes checkpoints full ones until one has completed.
 *
 * <p>Files of a savepoint are named relative to its folder. A checkpoint that referred to them
 * again would be written without complaint and could not be restored: its metadata has only the
 * relative names, which are then looked for in the checkpoint's own folder (FLINK-39964, Flink
 * 2.3.0). Used by the task thread.
 */
final class FullCheckpoints {
    private static final long NONE = Long.MAX_VALUE;

    private boolean needed;
    private long first = NONE;

    private FullCheckpoints(boolean needed) {
        this.needed = needed;
    }

    /** Whatever is needed after a restore from these handles. */
    static FullCheckpoints after(Collection<KeyedStateHandle> restored) {
        return new FullCheckpoints(
                restored.stream()
                        .anyMatch(
                                handle ->
                                        handle instanceof IncrementalRemoteKeyedStateHandle whole
                                                && whole.getSharedState().stream()
                                                        .anyMatch(
                                                                file ->
                                                                        file.getHandle()
                                                                                instanceof
                                                                                RelativeFileStateHandle)));
    }

    /** The options a checkpoint is taken with. */
    CheckpointOptions optionsFor(long checkpointId, CheckpointOptions options) {
        if (!needed || options.getCheckpointType() != CheckpointType.CHECKPOINT) {
            return options;
        }
        first = Math.min(first, checkpointId);
        return new CheckpointOptions(
                CheckpointType.FULL_CHECKPOINT,
                options.getTargetLocation(),
                options.getAlignment(),
                options.getAlignedCheckpointTimeout());
    }

    void complete(long checkpointId) {
        needed &= checkpointId < first;
    }
}
