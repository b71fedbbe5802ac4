package io.omendb.index.shard;

import io.omendb.OmenException;
import io.omendb.index.file.RowImage;
import io.omendb.index.segment.IdHash;
import io.omendb.index.segment.Segment;
import io.omendb.schema.CollectionSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The part of a collection that one task owns. An upsert appends the new row and puts a tombstone
 * on the old one; a delete only puts the tombstone. Each write has a sequence number and is
 * visible, whole, to every snapshot taken afterwards.
 *
 * <p>Written by one thread, the task's. Any thread may call {@link #snapshot()}, {@link #get} and
 * the size getters: the one volatile field {@code snapshot} publishes all that came before.
 */
public final class Shard {
    private final CollectionSchema schema;
    private final int sealRows;
    private final Consumer<Segment> onFreeze;
    private final PrimaryKeyIndex primaryKey = new PrimaryKeyIndex();

    /** All segments, oldest first, the mutable one last. Replaced, never changed in place. */
    private Segment[] segments;

    /** By slot; null once merged away. */
    private volatile @Nullable Segment[] bySlot;

    private long sequence;
    private volatile ShardSnapshot snapshot;

    /** An empty shard that keeps its segments on the heap. */
    public Shard(CollectionSchema schema, ShardOptions options) {
        this(schema, options, segment -> {});
    }

    /** An empty shard in an environment. */
    public Shard(CollectionSchema schema, ShardOptions options, ShardEnvironment environment) {
        this(schema, options, segment -> store(segment, environment));
    }

    private static void store(Segment segment, ShardEnvironment environment) {
        Path directory = environment.directory();
        if (directory != null) {
            environment.background().execute(() -> segment.store(directory));
        }
    }

    /**
     * An empty shard.
     *
     * @param onFreeze told of every segment that takes no more rows, on the task thread; it may
     *     write the segment to disk
     */
    public Shard(CollectionSchema schema, ShardOptions options, Consumer<Segment> onFreeze) {
        this.schema = schema;
        this.onFreeze = onFreeze;
        this.sealRows = options.sealRowsFor(schema.dimension());
        Segment first = Segment.mutable(0, schema);
        this.segments = new Segment[] {first};
        this.bySlot = new Segment[] {first};
        this.snapshot = new ShardSnapshot(schema, segments, 0, 0);
    }

    public CollectionSchema schema() {
        return schema;
    }

    /** What is visible now. */
    public ShardSnapshot snapshot() {
        return snapshot;
    }

    /**
     * Stores a point, replacing the one with the same id.
     *
     * @return false if a newer position of the same source was applied to this id before, so that
     *     nothing changed
     * @throws OmenException INVALID for a vector that does not fit the collection; nothing changes
     */
    public boolean upsert(long idHash, RowImage image, float[] vector) {
        float[] prepared = VectorRules.prepare(schema, vector, "vector");
        long previous = locate(idHash, image.id());
        if (previous != PrimaryKeyIndex.ABSENT
                && isStale(previous, image.source(), image.offset())) {
            return false;
        }
        if (mutable().rowCount() >= sealRows) {
            seal();
        }
        Segment target = mutable();
        int row = target.append(image, prepared);
        sequence++;
        primaryKey.put(idHash, previous, location(target.slot(), row), this::isLive);
        if (previous != PrimaryKeyIndex.ABSENT) {
            kill(previous);
        }
        publish();
        return true;
    }

    /** Stores a point; see {@link #upsert(long, RowImage, float[])}. */
    public boolean upsert(RowImage image, float[] vector) {
        return upsert(IdHash.of(image.id()), image, vector);
    }

    /**
     * Deletes a point.
     *
     * @param source where the delete came from, {@code topic-partition}
     * @param offset its offset there
     * @return false if there is no such point, or a newer position of the same source was applied
     *     to it
     */
    public boolean delete(long idHash, byte[] id, String source, long offset) {
        long location = locate(idHash, id);
        if (location == PrimaryKeyIndex.ABSENT
                || !isLive(location)
                || isStale(location, source, offset)) {
            return false;
        }
        sequence++;
        kill(location);
        publish();
        return true;
    }

    /** The live row of an id as of now. Any thread may call this. */
    public Optional<Hit> get(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        long idHash = IdHash.of(bytes);
        while (true) {
            ShardSnapshot seen = snapshot;
            long location = locate(idHash, bytes);
            if (location == PrimaryKeyIndex.ABSENT) {
                return Optional.empty();
            }
            Segment segment = seen.segmentOfSlot(slot(location));
            int row = (int) location;
            if (segment != null && seen.holds(segment, row)) {
                return segment.tombstones().isDead(row, seen.sequence())
                        ? Optional.empty()
                        : Optional.of(new Hit(segment, row, 0));
            }
            // The task thread is between indexing this id and publishing it, a matter of
            // nanoseconds.
            Thread.onSpinWait();
        }
    }

    /**
     * Ends appends to the newest segment, if it has rows, by swapping in an empty one. Costs no
     * serialization.
     *
     * @return what the shard holds: every segment but the new empty one is frozen
     */
    public ShardSnapshot seal() {
        Segment newest = mutable();
        if (newest.rowCount() > 0) {
            newest.freeze();
            Segment fresh = Segment.mutable(nextSlot(), schema);
            addSlot(fresh);
            segments = append(segments, fresh);
            publish();
            onFreeze.accept(newest);
        }
        return snapshot;
    }

    /**
     * Adds a frozen segment while the shard is restored, before any write. Rows whose id a later
     * row holds die.
     *
     * @param dead rows that were dead when the segment was stored
     */
    public void addRestored(Segment segment, BitSet dead) {
        if (mutable().rowCount() > 0) {
            throw new IllegalStateException("segments are restored before writes");
        }
        sequence = Math.max(sequence, 1);
        addSlot(segment);
        Segment[] grown = append(segments, mutable());
        grown[grown.length - 2] = segment;
        segments = grown;
        for (int row = 0; row < segment.rowCount(); row++) {
            if (dead.get(row)) {
                segment.tombstones().kill(row, sequence);
            } else {
                indexRestored(segment, row);
            }
        }
        publish();
    }

    /** The slot that the next segment made for this shard must have. */
    public int nextSlot() {
        return bySlot.length;
    }

    /** Dead rows that no merge has dropped yet. */
    public long deadRows() {
        long dead = 0;
        for (Segment segment : snapshot.segments()) {
            dead += segment.tombstones().dead();
        }
        return dead;
    }

    /** Heap bytes. */
    public long memoryBytes() {
        long bytes = primaryKey.bytes();
        for (Segment segment : snapshot.segments()) {
            bytes += segment.memoryBytes();
        }
        return bytes;
    }

    private void indexRestored(Segment segment, int row) {
        byte[] id = segment.rows().id(row);
        long idHash = IdHash.of(id);
        long previous = locate(idHash, id);
        long location = location(segment.slot(), row);
        if (previous != PrimaryKeyIndex.ABSENT
                && isStale(previous, segment.rows().source(row), segment.rows().offset(row))) {
            segment.tombstones().kill(row, sequence);
            return;
        }
        primaryKey.put(idHash, previous, location, this::isLive);
        if (previous != PrimaryKeyIndex.ABSENT) {
            kill(previous);
        }
    }

    private Segment mutable() {
        return segments[segments.length - 1];
    }

    private void publish() {
        snapshot = new ShardSnapshot(schema, segments, mutable().rowCount(), sequence);
    }

    private long locate(long idHash, byte[] id) {
        return primaryKey.find(
                idHash,
                location -> {
                    Segment segment = bySlot[slot(location)];
                    return segment != null && segment.rows().hasId((int) location, id);
                });
    }

    /** Positions compare only within one source; between sources the order of arrival decides. */
    private boolean isStale(long location, String source, long offset) {
        Segment segment = segmentAt(location);
        int row = (int) location;
        return offset >= 0
                && segment.rows().offset(row) >= offset
                && segment.rows().source(row).equals(source);
    }

    private boolean isLive(long location) {
        Segment segment = bySlot[slot(location)];
        return segment != null && segment.tombstones().deathOf((int) location) == 0;
    }

    private void kill(long location) {
        segmentAt(location).tombstones().kill((int) location, sequence);
    }

    private Segment segmentAt(long location) {
        Segment segment = bySlot[slot(location)];
        if (segment == null) {
            throw new IllegalStateException("location " + location + " is in no segment");
        }
        return segment;
    }

    private void addSlot(Segment segment) {
        @Nullable Segment[] grown =
                Arrays.copyOf(bySlot, Math.max(bySlot.length, segment.slot() + 1));
        grown[segment.slot()] = segment;
        bySlot = grown;
    }

    private static Segment[] append(Segment[] to, Segment segment) {
        Segment[] grown = Arrays.copyOf(to, to.length + 1);
        grown[to.length] = segment;
        return grown;
    }

    /** Segments that are frozen, oldest first. */
    public List<Segment> frozenSegments() {
        return List.of(Arrays.copyOf(segments, segments.length - 1));
    }

    private static long location(int slot, int row) {
        return (long) slot << 32 | row;
    }

    private static int slot(long location) {
        return (int) (location >>> 32);
    }
}
