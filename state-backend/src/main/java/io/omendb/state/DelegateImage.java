package io.omendb.state;

import io.omendb.OmenException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.KeyGroupRangeOffsets;
import org.apache.flink.runtime.state.KeyGroupsStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * How a delegate's handle is taken apart and put together again. Flink's checkpoint metadata stores
 * only its own handle classes and one handle a subtask, so the parts travel among ours, told apart
 * by the prefix of their local path.
 *
 * @param kind {@code incremental} (RocksDB) or {@code key_groups} (a full snapshot)
 * @param firstKeyGroup first key group of the handle
 * @param lastKeyGroup last key group of the handle
 * @param backendId incremental: the delegate's own id
 * @param checkpointId incremental: the checkpoint it belongs to
 * @param offsets key groups: where each key group starts in the stream
 */
record DelegateImage(
        String kind,
        int firstKeyGroup,
        int lastKeyGroup,
        @Nullable String backendId,
        long checkpointId,
        @Nullable List<Long> offsets) {

    private static final String PREFIX = "delegate/";
    private static final String META = PREFIX + "meta";
    private static final String STREAM = PREFIX + "stream";
    private static final String INCREMENTAL = "incremental";
    private static final String KEY_GROUPS = "key_groups";

    /** Describes a handle and adds its parts to ours. */
    static @Nullable DelegateImage takeApart(
            @Nullable KeyedStateHandle handle,
            List<HandleAndLocalPath> shared,
            List<HandleAndLocalPath> exclusive) {
        if (handle == null) {
            return null;
        }
        KeyGroupRange range = handle.getKeyGroupRange();
        if (handle instanceof IncrementalRemoteKeyedStateHandle incremental) {
            addAll(incremental.getSharedState(), shared);
            addAll(incremental.getPrivateState(), exclusive);
            exclusive.add(HandleAndLocalPath.of(incremental.getMetaDataStateHandle(), META));
            return new DelegateImage(
                    INCREMENTAL,
                    range.getStartKeyGroup(),
                    range.getEndKeyGroup(),
                    incremental.getBackendIdentifier().toString(),
                    incremental.getCheckpointId(),
                    null);
        }
        if (handle instanceof KeyGroupsStateHandle keyGroups) {
            exclusive.add(HandleAndLocalPath.of(keyGroups.getDelegateStateHandle(), STREAM));
            List<Long> offsets = new ArrayList<>();
            for (int keyGroup : range) {
                offsets.add(keyGroups.getOffsetForKeyGroup(keyGroup));
            }
            return new DelegateImage(
                    KEY_GROUPS,
                    range.getStartKeyGroup(),
                    range.getEndKeyGroup(),
                    null,
                    -1,
                    offsets);
        }
        throw new IllegalStateException(
                "the delegate state backend made a "
                        + handle.getClass().getName()
                        + ", which cannot be stored");
    }

    /** The delegate's handle again, from our parts. */
    KeyedStateHandle putTogether(
            List<HandleAndLocalPath> shared, List<HandleAndLocalPath> exclusive) {
        KeyGroupRange range = KeyGroupRange.of(firstKeyGroup, lastKeyGroup);
        if (kind.equals(KEY_GROUPS) && offsets != null) {
            long[] starts = offsets.stream().mapToLong(Long::longValue).toArray();
            return new KeyGroupsStateHandle(
                    new KeyGroupRangeOffsets(range, starts), part(exclusive, STREAM));
        }
        if (kind.equals(INCREMENTAL) && backendId != null) {
            List<HandleAndLocalPath> files = strip(exclusive);
            files.removeIf(file -> file.getLocalPath().equals(META.substring(PREFIX.length())));
            return new IncrementalRemoteKeyedStateHandle(
                    UUID.fromString(backendId),
                    range,
                    checkpointId,
                    strip(shared),
                    files,
                    part(exclusive, META));
        }
        throw OmenException.corrupt("checkpoint holds an unknown kind of delegate state: " + kind);
    }

    private static void addAll(List<HandleAndLocalPath> from, List<HandleAndLocalPath> to) {
        for (HandleAndLocalPath file : from) {
            to.add(HandleAndLocalPath.of(file.getHandle(), PREFIX + file.getLocalPath()));
        }
    }

    private static List<HandleAndLocalPath> strip(List<HandleAndLocalPath> from) {
        List<HandleAndLocalPath> result = new ArrayList<>();
        for (HandleAndLocalPath file : from) {
            if (file.getLocalPath().startsWith(PREFIX)) {
                result.add(
                        HandleAndLocalPath.of(
                                file.getHandle(), file.getLocalPath().substring(PREFIX.length())));
            }
        }
        return result;
    }

    private static StreamStateHandle part(List<HandleAndLocalPath> from, String path) {
        return from.stream()
                .filter(file -> file.getLocalPath().equals(path))
                .map(HandleAndLocalPath::getHandle)
                .findFirst()
                .orElseThrow(() -> OmenException.corrupt("checkpoint lacks its part " + path));
    }
}
