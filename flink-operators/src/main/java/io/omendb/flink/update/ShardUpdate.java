package io.omendb.flink.update;

import io.omendb.record.PointColumns;
import io.omendb.record.PointPatch;
import io.omendb.record.SparseVector;
import io.omendb.schema.CollectionDefinition;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One thing for a vector operator to apply. Streams of updates are keyed by {@link #keyHash()}: a
 * point's hash, or for what concerns every subtask a key that was chosen to reach a given one (see
 * {@link SubtaskKeys}).
 */
public sealed interface ShardUpdate {

    /** The key that decides which subtask gets the update. */
    long keyHash();

    /**
     * A collection exists; sent to every key group before its first point.
     *
     * @param mappedTopics topics beside its own that it is read from
     */
    record Define(long keyHash, CollectionDefinition definition, Set<String> mappedTopics)
            implements ShardUpdate {

        /** A collection that is read from its own topic. */
        public Define(long keyHash, CollectionDefinition definition) {
            this(keyHash, definition, Set.of());
        }
    }

    /** A collection was dropped. */
    record Drop(long keyHash, String collection, long generation) implements ShardUpdate {}

    /**
     * A point to store.
     *
     * @param collection the collection's name
     * @param generation the collection's generation that the point was written for
     * @param keyHash 64-bit hash of the id
     * @param id UTF-8
     * @param position where it came from
     * @param vector its components
     * @param metadata JSON object, UTF-8, or null
     * @param text UTF-8 or null
     * @param sparse the sparse vector or null
     */
    @SuppressWarnings("ArrayRecordComponent") // one object per row: wrappers would double the cost
    record Upsert(
            String collection,
            long generation,
            long keyHash,
            byte[] id,
            Position position,
            float[] vector,
            byte @Nullable [] metadata,
            byte @Nullable [] text,
            @Nullable SparseVector sparse)
            implements ShardUpdate {

        /** A point without a sparse vector. */
        public Upsert(
                String collection,
                long generation,
                long keyHash,
                byte[] id,
                Position position,
                float[] vector,
                byte @Nullable [] metadata,
                byte @Nullable [] text) {
            this(collection, generation, keyHash, id, position, vector, metadata, text, null);
        }
    }

    /**
     * Points to store that came in one record, all for one subtask.
     *
     * @param keyHash reaches the subtask
     * @param idHashes 64-bit hash of each id
     * @param position where the record came from
     */
    @SuppressWarnings("ArrayRecordComponent")
    record UpsertBatch(
            String collection,
            long generation,
            long keyHash,
            Position position,
            long[] idHashes,
            PointColumns points)
            implements ShardUpdate {}

    /**
     * A point to change, where it is there.
     *
     * @param keyHash 64-bit hash of the patch's id
     * @param position where it came from
     */
    record Patch(
            String collection, long generation, long keyHash, Position position, PointPatch patch)
            implements ShardUpdate {}

    /** A point to delete. */
    @SuppressWarnings("ArrayRecordComponent")
    record Delete(String collection, long generation, long keyHash, byte[] id, Position position)
            implements ShardUpdate {}

    /**
     * Every record of a source up to a position has been sent on; what was for this subtask came
     * before this.
     */
    record Progress(long keyHash, Position position) implements ShardUpdate {}

    /**
     * Where an update came from.
     *
     * @param source {@code topic-partition}; empty where there is none
     * @param offset offset there; -1 where there is none
     * @param timestampMs Kafka timestamp, milliseconds since the epoch
     */
    record Position(String source, long offset, long timestampMs) {
        /** Of streams that have no positions. */
        public static final Position NONE = new Position("", -1, 0);
    }
}
