package io.omendb.state;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.file.RowImage;
import io.omendb.index.segment.Segment;
import io.omendb.index.shard.Patched;
import io.omendb.index.shard.Shard;
import io.omendb.index.shard.ShardOptions;
import io.omendb.record.PointColumns;
import io.omendb.record.PointPatch;
import io.omendb.schema.CollectionDefinition;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The vectors of one subtask: a shard per collection, and how far each source was applied. Reached
 * through {@link OmenKeyedStateBackend#vectorState()}; snapshots and restores with the keyed state
 * it belongs to.
 *
 * <p>Written by the task thread. Query threads may call {@link #collection}, {@link #collections},
 * {@link #applied} and {@link #committed(String)}.
 */
public final class VectorState implements AutoCloseable {
    private final ShardOptions options;
    private final LocalWorkspace workspace;
    private final AppliedOffsets applied = new AppliedOffsets();
    private final CommittedViews committed = new CommittedViews();
    private final Map<String, VectorCollection> collections = new ConcurrentHashMap<>();

    /** Topics beside their own that collections are read from. */
    private final Map<String, Set<String>> mapped = new ConcurrentHashMap<>();

    /** Generations up to which a name is known to be dropped: later words of them are ignored. */
    private final Map<String, Long> dropped = new TreeMap<>();

    private VectorState(ShardOptions options, LocalWorkspace workspace) {
        this.options = options;
        this.workspace = workspace;
    }

    /**
     * Empty vector state.
     *
     * @param localDirectory where segments are kept; made if missing, deleted on close
     */
    static VectorState open(ShardOptions options, Path localDirectory) {
        return new VectorState(options, LocalWorkspace.open(localDirectory));
    }

    /**
     * Makes a collection known. The same or an older generation changes nothing; a newer one
     * replaces the collection and all its rows.
     *
     * @throws OmenException CONFLICT if the same generation is known with another schema: its rows
     *     would not fit
     */
    public void define(CollectionDefinition definition) {
        define(definition, Set.of());
    }

    /**
     * Makes a collection known that is read from other topics, too. They are not kept in
     * checkpoints: a job says anew what it reads.
     *
     * @param mappedTopics those beside its own
     * @throws OmenException as above
     */
    public void define(CollectionDefinition definition, Set<String> mappedTopics) {
        String name = definition.name();
        mapped.put(name, Set.copyOf(mappedTopics));
        VectorCollection known = collections.get(name);
        if (known != null && known.definition().generation() >= definition.generation()) {
            if (known.definition().generation() == definition.generation()) {
                SchemaChange.refuse(known.definition().schema(), definition.schema());
            }
            return;
        }
        if (dropped.getOrDefault(name, Long.MIN_VALUE) >= definition.generation()) {
            return;
        }
        if (known != null) {
            release(known);
        }
        if (known != null || dropped.containsKey(name)) {
            // Records that were read before the drop was told may have come after it.
            applied.forgetTopic(definition.topic());
        }
        collections.put(name, new VectorCollection(definition, newShard(definition)));
    }

    /** Drops a collection and all its rows, unless a newer generation is there. */
    public void drop(String name, long generation) {
        dropped.merge(name, generation, Math::max);
        VectorCollection known = collections.get(name);
        if (known != null && known.definition().generation() <= generation) {
            collections.remove(name);
            release(known);
        }
    }

    /**
     * Stores a point.
     *
     * @return false if it changed nothing: its generation was dropped or replaced, or a newer
     *     position was applied
     * @throws OmenException NOT_FOUND for a collection that was never defined; INVALID for a vector
     *     that does not fit
     */
    public boolean upsert(
            String collection, long generation, long idHash, RowImage image, float[] vector) {
        VectorCollection target = writable(collection, generation);
        boolean changed = target != null && target.shard().upsert(idHash, image, vector);
        advance(image.source(), image.offset(), image.timestampMs());
        return changed;
    }

    /**
     * Stores points that came in one record, in their order.
     *
     * @param idHashes 64-bit hash of each id
     * @param keyGroups key group of each id
     * @throws OmenException NOT_FOUND for a collection that was never defined; INVALID for a vector
     *     that does not fit
     */
    public void upsertAll(
            String collection,
            long generation,
            long[] idHashes,
            int[] keyGroups,
            PointColumns points,
            String source,
            long offset,
            long timestampMs) {
        VectorCollection target = writable(collection, generation);
        if (target != null) {
            float[] vector = new float[points.dimension()];
            for (int row = 0; row < idHashes.length; row++) {
                System.arraycopy(points.vectors(), row * vector.length, vector, 0, vector.length);
                boolean unused =
                        target.shard()
                                .upsert(
                                        idHashes[row],
                                        image(
                                                points,
                                                row,
                                                keyGroups[row],
                                                source,
                                                offset,
                                                timestampMs),
                                        vector);
            }
        }
        advance(source, offset, timestampMs);
    }

    private static RowImage image(
            PointColumns points,
            int row,
            int keyGroup,
            String source,
            long offset,
            long timestampMs) {
        return new RowImage(
                Objects.requireNonNull(points.ids().get(row)),
                keyGroup,
                source,
                offset,
                timestampMs,
                points.metadata() == null ? null : points.metadata().get(row),
                points.texts() == null ? null : points.texts().get(row),
                points.sparse() == null ? null : points.sparse().get(row));
    }

    /**
     * Changes a point that is there.
     *
     * @param origin the id, and where the patch comes from; it has no metadata, text or sparse
     *     vector
     * @return what became of it; {@link Patched#STALE} also where its generation was dropped or
     *     replaced
     * @throws OmenException NOT_FOUND for a collection that was never defined; INVALID for a vector
     *     that does not fit
     */
    public Patched patch(
            String collection, long generation, long idHash, RowImage origin, PointPatch patch) {
        VectorCollection target = writable(collection, generation);
        Patched patched =
                target == null ? Patched.STALE : target.shard().patch(idHash, origin, patch);
        advance(origin.source(), origin.offset(), origin.timestampMs());
        return patched;
    }

    /**
     * Deletes a point.
     *
     * @return false if there was none to delete
     * @throws OmenException NOT_FOUND for a collection that was never defined
     */
    public boolean delete(
            String collection,
            long generation,
            long idHash,
            byte[] id,
            String source,
            long offset,
            long timestampMs) {
        VectorCollection target = writable(collection, generation);
        boolean changed = target != null && target.shard().delete(idHash, id, source, offset);
        advance(source, offset, timestampMs);
        return changed;
    }

    /**
     * Says that every record of a source up to an offset has been applied, or concerns other
     * subtasks.
     */
    public void advance(String source, long offset, long timestampMs) {
        if (offset >= 0) {
            applied.advance(source, offset, timestampMs);
        }
    }

    /**
     * Deletes the points that are older than their collection keeps them.
     *
     * @param nowMs milliseconds since the epoch
     * @return how many there were
     */
    public long expire(long nowMs) {
        long expired = 0;
        for (VectorCollection collection : collections.values()) {
            Long ttlSeconds = collection.definition().schema().ttlSeconds();
            if (ttlSeconds != null && ttlSeconds < nowMs / 1000) {
                expired += collection.shard().expire(nowMs - ttlSeconds * 1000);
            }
        }
        return expired;
    }

    /**
     * Lowers the priority of background work.
     *
     * @param nice as {@link io.omendb.index.background.Niceness} has it
     */
    public void makeWay(int nice) {
        workspace.makeWay(nice);
    }

    /** A collection by name. */
    public Optional<VectorCollection> collection(String name) {
        return Optional.ofNullable(collections.get(name));
    }

    /** All collections by name. */
    public Map<String, VectorCollection> collections() {
        return new TreeMap<>(collections);
    }

    public AppliedOffsets applied() {
        return applied;
    }

    /** How far the topics were applied that a collection is read from. Any thread may ask. */
    public Map<String, AppliedPosition> applied(CollectionDefinition collection) {
        return applied.ofTopics(
                collection.topic(), mapped.getOrDefault(collection.name(), Set.of()));
    }

    /**
     * A collection as the last completed checkpoint holds it; empty if that one does not. Any
     * thread may call this.
     */
    public Optional<CommittedCollection> committed(String name) {
        return Optional.ofNullable(committed.last().get(name));
    }

    CommittedViews committed() {
        return committed;
    }

    /** What was restored is what a checkpoint holds. */
    void commitRestored() {
        Map<String, CommittedCollection> views = new TreeMap<>();
        collections.forEach(
                (name, collection) ->
                        views.put(
                                name,
                                new CommittedCollection(
                                        collection.definition(),
                                        collection.shard().snapshot(),
                                        applied.feeding(collection.definition().topic()))));
        committed.restored(views);
    }

    /** Bytes of segments on local disk. */
    public long diskBytes(VectorCollection collection) {
        long bytes = 0;
        for (Segment segment : collection.shard().snapshot().segments()) {
            bytes += segment.diskBytes();
        }
        return bytes;
    }

    LocalWorkspace workspace() {
        return workspace;
    }

    Map<String, Long> dropped() {
        return dropped;
    }

    /** A collection as a checkpoint holds it, still without rows. Only while restoring. */
    VectorCollection restoreDefinition(CollectionDefinition definition) {
        VectorCollection known = collections.get(definition.name());
        if (known != null && known.definition().generation() == definition.generation()) {
            return known;
        }
        VectorCollection restored = new VectorCollection(definition, newShard(definition));
        collections.put(definition.name(), restored);
        return restored;
    }

    void restoreDropped(Map<String, Long> generations) {
        generations.forEach((name, generation) -> dropped.merge(name, generation, Math::max));
    }

    @Override
    public void close() {
        collections.values().forEach(collection -> collection.shard().close());
        collections.clear();
        workspace.close();
    }

    private Shard newShard(CollectionDefinition definition) {
        return new Shard(definition.schema(), options, workspace.environment());
    }

    private void release(VectorCollection collection) {
        applied.forgetTopic(collection.definition().topic());
        collection.shard().close();
    }

    private @Nullable VectorCollection writable(String name, long generation) {
        VectorCollection known = collections.get(name);
        if (known != null && known.definition().generation() == generation) {
            return known;
        }
        boolean outdated =
                (known != null && known.definition().generation() > generation)
                        || dropped.getOrDefault(name, Long.MIN_VALUE) >= generation;
        if (outdated) {
            return null;
        }
        throw new OmenException(
                ErrorCode.NOT_FOUND,
                "collection "
                        + name
                        + " generation "
                        + generation
                        + " was not defined before its first write");
    }
}
