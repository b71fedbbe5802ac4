package io.omendb.state;

import io.omendb.OmenException;
import io.omendb.index.file.LinkedFiles;
import io.omendb.index.segment.Segment;
import io.omendb.state.CheckpointImage.CollectionImage;
import io.omendb.state.CheckpointImage.SegmentImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.StreamStateHandle;

/**
 * Rebuilds vector state from the handles of one or more former subtasks. A segment that several of
 * them refer to is read once; a row is alive if the subtask that owned its key group had it alive
 * and this one owns that key group now.
 */
final class VectorRestore {
    private final VectorStateSource source;
    private final CloseableRegistry registry;

    VectorRestore(VectorStateSource source, CloseableRegistry registry) {
        this.source = source;
        this.registry = registry;
    }

    /** One segment and everybody who had it. */
    private record Sharing(
            SegmentImage image, CollectionImage collection, List<VectorStateHandle> handles) {}

    VectorState restore(List<VectorStateHandle> handles) throws IOException {
        VectorState state = source.open();
        try {
            Map<VectorStateHandle, Map<String, BitSet>> dead = new LinkedHashMap<>();
            Map<String, Sharing> segments = new LinkedHashMap<>();
            for (VectorStateHandle handle : handles) {
                dead.put(handle, readTombstones(handle));
                state.restoreDropped(handle.image().dropped());
                for (CollectionImage collection : handle.image().collections()) {
                    state.restoreDefinition(collection.definition());
                    for (SegmentImage image : collection.segments()) {
                        segments.computeIfAbsent(
                                        image.id(),
                                        id -> new Sharing(image, collection, new ArrayList<>()))
                                .handles
                                .add(handle);
                    }
                }
            }
            for (Sharing sharing : segments.values()) {
                restoreSegment(state, sharing, dead);
            }
            restoreApplied(state, handles);
            state.commitRestored();
            // What files do not hold (indexes of fields, how many lists a recall takes) is made
            // now, not with the first write that asks for it.
            state.collections().values().forEach(collection -> collection.shard().maintain());
            return state;
        } catch (IOException | RuntimeException e) {
            state.close();
            throw e;
        }
    }

    private Map<String, BitSet> readTombstones(VectorStateHandle handle) throws IOException {
        StreamStateHandle file =
                Objects.requireNonNull(handle.files().get(VectorStateHandle.TOMBSTONES));
        return TombstoneFile.fromBytes(
                StateFiles.readFully(file, registry), file.getStreamStateHandleID().getKeyString());
    }

    private void restoreSegment(
            VectorState state, Sharing sharing, Map<VectorStateHandle, Map<String, BitSet>> dead)
            throws IOException {
        VectorCollection target = state.restoreDefinition(sharing.collection.definition());
        Path folder = state.workspace().directory().resolve(sharing.image.id());
        download(sharing.image, sharing.handles.get(0), folder);
        Segment segment =
                Segment.open(folder, target.shard().nextSlot(), target.definition().schema());
        if (segment.rowCount() != sharing.image.rows()) {
            throw OmenException.corrupt(
                    "segment "
                            + segment.id()
                            + ": found "
                            + segment.rowCount()
                            + " rows, the checkpoint says "
                            + sharing.image.rows());
        }
        target.shard().addRestored(segment, deadRows(segment, sharing, dead));
    }

    private BitSet deadRows(
            Segment segment, Sharing sharing, Map<VectorStateHandle, Map<String, BitSet>> dead) {
        KeyGroupRange owned = source.keyGroups();
        BitSet alive = new BitSet();
        for (VectorStateHandle handle : sharing.handles) {
            BitSet deadThere =
                    Objects.requireNonNull(dead.get(handle))
                            .getOrDefault(segment.id(), new BitSet());
            for (int row = 0; row < segment.rowCount(); row++) {
                int keyGroup = segment.rows().keyGroup(row);
                if (handle.keyGroups().contains(keyGroup)
                        && owned.contains(keyGroup)
                        && !deadThere.get(row)) {
                    alive.set(row);
                }
            }
        }
        alive.flip(0, segment.rowCount());
        return alive;
    }

    private void download(SegmentImage image, VectorStateHandle from, Path folder)
            throws IOException {
        for (String name : image.files()) {
            StreamStateHandle handle =
                    from.files().get(VectorStateHandle.segmentPath(image.id(), name));
            if (handle == null) {
                throw OmenException.corrupt(
                        "checkpoint lacks file " + name + " of segment " + image.id());
            }
            Path onDisk = from.local() || source.links() ? CheckpointLinks.fileOf(handle) : null;
            if (onDisk != null
                    && Files.exists(onDisk)
                    && Files.size(onDisk) == handle.getStateSize()
                    && LinkedFiles.link(onDisk, folder.resolve(name))) {
                continue;
            }
            StateFiles.copy(handle, folder.resolve(name), registry);
        }
    }

    /** A source counts as applied up to where every former subtask had applied it. */
    private static void restoreApplied(VectorState state, List<VectorStateHandle> handles) {
        for (Map.Entry<String, AppliedPosition> entry :
                handles.get(0).image().applied().entrySet()) {
            AppliedPosition lowest = entry.getValue();
            for (VectorStateHandle handle : handles) {
                AppliedPosition other = handle.image().applied().get(entry.getKey());
                if (other == null) {
                    lowest = new AppliedPosition(-1, 0);
                } else if (other.offset() < lowest.offset()) {
                    lowest = other;
                }
            }
            state.advance(entry.getKey(), lowest.offset(), lowest.timestampMs());
        }
    }
}
