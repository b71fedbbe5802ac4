package io.omendb.state;

import io.omendb.index.file.SegmentFolder;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * One of our keyed state handles, its table of contents read.
 *
 * @param image the table of contents
 * @param checkpointId the checkpoint it belongs to
 * @param keyGroups key groups that the subtask which wrote it owned
 * @param files segment files and tombstones by local path
 * @param uploaded the same files as the job manager knows them
 * @param local whether {@code files} are on this machine's disk, where they never change
 * @param delegateHandle what the delegate restores from; null for nothing
 */
record VectorStateHandle(
        CheckpointImage image,
        long checkpointId,
        KeyGroupRange keyGroups,
        Map<String, StreamStateHandle> files,
        Map<String, StreamStateHandle> uploaded,
        boolean local,
        @Nullable KeyedStateHandle delegateHandle) {

    /** Local paths of our own files start with this; the tombstones are always among them. */
    static final String PREFIX = "omen/";

    static final String TOMBSTONES = PREFIX + "tombstones";

    /** Local path of a segment's file; the same for all segments that share it. */
    static String segmentPath(String segmentId, String file) {
        return PREFIX + SegmentFolder.origin(segmentId, file);
    }

    /** Whether a handle was written by this backend with vector state in it. */
    static boolean isOurs(@Nullable KeyedStateHandle handle) {
        return handle instanceof IncrementalRemoteKeyedStateHandle incremental
                && incremental.getPrivateState().stream()
                        .anyMatch(file -> file.getLocalPath().equals(TOMBSTONES));
    }

    static VectorStateHandle read(KeyedStateHandle handle, CloseableRegistry registry)
            throws IOException {
        IncrementalRemoteKeyedStateHandle incremental = (IncrementalRemoteKeyedStateHandle) handle;
        StreamStateHandle meta = incremental.getMetaDataStateHandle();
        CheckpointImage image =
                CheckpointImage.fromBytes(
                        StateFiles.readFully(meta, registry),
                        meta.getStreamStateHandleID().getKeyString());
        List<HandleAndLocalPath> shared = incremental.getSharedState();
        List<HandleAndLocalPath> exclusive = incremental.getPrivateState();
        Map<String, StreamStateHandle> files = new HashMap<>();
        for (List<HandleAndLocalPath> list : List.of(shared, exclusive)) {
            for (HandleAndLocalPath file : list) {
                if (file.getLocalPath().startsWith(PREFIX)) {
                    files.put(file.getLocalPath(), file.getHandle());
                }
            }
        }
        return new VectorStateHandle(
                image,
                incremental.getCheckpointId(),
                incremental.getKeyGroupRange(),
                files,
                files,
                false,
                image.delegate() == null ? null : image.delegate().putTogether(shared, exclusive));
    }
}
