package io.omendb.state;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.filemerging.FileMergingSnapshotManager;
import org.apache.flink.runtime.state.PlaceholderStreamStateHandle;
import org.apache.flink.runtime.state.StreamStateHandle;

/**
 * Which segment files which checkpoint holds. Only files of the last completed checkpoint may be
 * referenced again: those of one that did not complete can be deleted at any time (FLINK-25395).
 * Used by the task thread (notifications) and the asynchronous part of snapshots.
 */
final class UploadedSegments {
    private final SortedMap<Long, Map<String, StreamStateHandle>> byCheckpoint = new TreeMap<>();
    private long lastCompleted = -1;

    /** The files of the last completed checkpoint by local path. */
    synchronized Map<String, StreamStateHandle> confirmed() {
        return new HashMap<>(byCheckpoint.getOrDefault(lastCompleted, Map.of()));
    }

    /**
     * Files of a checkpoint that state was restored from: the job manager holds them, so segments
     * that did not change need not be uploaded again.
     */
    synchronized void restored(List<VectorStateHandle> handles) {
        Map<String, StreamStateHandle> files = new HashMap<>();
        for (VectorStateHandle handle : handles) {
            files.putAll(handle.uploaded());
            lastCompleted = Math.max(lastCompleted, handle.checkpointId());
        }
        files.remove(VectorStateHandle.TOMBSTONES);
        add(lastCompleted, files);
    }

    /** A full checkpoint is being taken: what was there before may be somebody else's to delete. */
    synchronized void forgetEarlier() {
        byCheckpoint.clear();
        lastCompleted = -1;
    }

    synchronized void add(long checkpointId, Map<String, StreamStateHandle> files) {
        byCheckpoint.put(checkpointId, Map.copyOf(files));
    }

    /** Checkpoints that were never added (savepoints) change nothing. */
    synchronized void complete(long checkpointId) {
        if (checkpointId > lastCompleted && byCheckpoint.containsKey(checkpointId)) {
            byCheckpoint.headMap(checkpointId).clear();
            lastCompleted = checkpointId;
        }
    }

    synchronized void abort(long checkpointId) {
        byCheckpoint.remove(checkpointId);
    }

    /** The short form of a handle that the job manager holds already and puts back in its place. */
    static StreamStateHandle reference(StreamStateHandle uploaded) {
        return new PlaceholderStreamStateHandle(
                uploaded.getStreamStateHandleID(),
                uploaded.getStateSize(),
                FileMergingSnapshotManager.isFileMergingHandle(uploaded));
    }
}
