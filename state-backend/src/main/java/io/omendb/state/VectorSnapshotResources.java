package io.omendb.state;

import io.omendb.index.segment.Segment;
import io.omendb.index.shard.ShardSnapshot;
import io.omendb.schema.CollectionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.flink.runtime.state.SnapshotResources;

/**
 * What the synchronous part of a snapshot takes along: references only, nothing copied but the
 * small map of offsets.
 *
 * @param workspace where the segments' files are, kept until this is released
 * @param collections a frozen snapshot of every shard
 * @param dropped dropped generations
 * @param applied positions as of the snapshot
 * @param delegated the delegate's part; given up with the rest where that never begins
 */
record VectorSnapshotResources(
        LocalWorkspace workspace,
        List<Collection> collections,
        Map<String, Long> dropped,
        Map<String, AppliedPosition> applied,
        Future<?> delegated)
        implements SnapshotResources {

    /**
     * A collection as of the snapshot.
     *
     * @param definition the collection
     * @param snapshot its rows; every segment with rows is frozen
     * @param segments those segments, pinned so that their files stay
     */
    record Collection(
            CollectionDefinition definition, ShardSnapshot snapshot, List<Segment> segments) {}

    /** Seals every shard's mutable segment and pins the segments. On the task thread. */
    static VectorSnapshotResources take(VectorState state, Future<?> delegated) {
        List<Collection> collections = new ArrayList<>();
        for (VectorCollection collection : state.collections().values()) {
            ShardSnapshot snapshot = collection.shard().sealPinned();
            List<Segment> segments = new ArrayList<>();
            for (Segment segment : snapshot.segments()) {
                if (segment.rowCount() > 0) {
                    segments.add(segment);
                }
            }
            collections.add(new Collection(collection.definition(), snapshot, segments));
        }
        state.workspace().retain();
        return new VectorSnapshotResources(
                state.workspace(),
                collections,
                new HashMap<>(state.dropped()),
                state.applied().current(),
                delegated);
    }

    /** The collections as anybody may read them once the checkpoint is completed. */
    Map<String, CommittedCollection> views() {
        Map<String, CommittedCollection> views = new HashMap<>();
        for (Collection collection : collections) {
            views.put(
                    collection.definition().name(),
                    new CommittedCollection(
                            collection.definition(),
                            collection.snapshot(),
                            AppliedOffsets.feeding(applied, collection.definition().topic())));
        }
        return views;
    }

    @Override
    public void release() {
        // Of no effect where it was run. Else its references would stay until the task ends.
        delegated.cancel(true);
        collections.forEach(collection -> collection.segments.forEach(Segment::unpinFiles));
        workspace.release();
    }
}
