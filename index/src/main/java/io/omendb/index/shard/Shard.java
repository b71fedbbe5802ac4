package io.omendb.index.shard;

import io.omendb.OmenException;
import io.omendb.index.file.RowImage;
import io.omendb.index.ivf.Codebook;
import io.omendb.index.ivf.GrowingLists;
import io.omendb.index.ivf.PackedLists;
import io.omendb.index.ivf.PostingLists;
import io.omendb.index.segment.IdHash;
import io.omendb.index.segment.Segment;
import io.omendb.record.PointPatch;
import io.omendb.schema.CollectionSchema;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The part of a collection that one task owns. An upsert appends the new row, joins it to its
 * posting list and puts a tombstone on the old one; a delete only puts the tombstone. Each write
 * has a sequence number and is visible, whole, to every snapshot taken afterwards. {@link
 * ShardMaintenance} improves in the background what is searchable already.
 *
 * <p>Written by one thread, the task's, and by maintenance, which swaps its results in; both hold
 * the shard's lock, maintenance for microseconds, and a millisecond where a codebook follows. Any
 * thread may call {@link #snapshot()}, {@link #get} and the size getters: the one volatile field
 * {@code snapshot} publishes all that came before.
 */
public final class Shard implements AutoCloseable {
    /** Frozen segments that may wait for the disk before the writer helps out. */
    private static final int UNSTORED_MAX = 4;

    /** Of an inverted index that grows, which takes several times what it does packed. */
    private static final long POSTINGS_BYTES_MAX = 128L << 20;

    /** Deaths in a segment after which maintenance has another look at it. */
    private static final int DEATHS_NOTICED = 1024;

    private final CollectionSchema schema;
    private final ShardOptions options;
    private final ShardEnvironment environment;
    private final ShardMaintenance maintenance;
    private final DeviceCopies copies;
    private final int sealRows;
    private final PrimaryKeyIndex primaryKey = new PrimaryKeyIndex();
    private final SlotTable slots = new SlotTable();
    private final QuerySample queries;
    private final Expiry expiry = new Expiry();

    /** All segments, oldest first, the mutable one last. Replaced, never changed in place. */
    private Segment[] segments;

    private @Nullable IndexState index;
    private int rowsToTrainAt;
    private long sequence;

    /** Guarded by this. */
    private boolean closed;

    private volatile ShardSnapshot snapshot;

    /** An empty shard that keeps its segments on the heap and maintains itself as it is written. */
    public Shard(CollectionSchema schema, ShardOptions options) {
        this(schema, options, ShardEnvironment.INLINE);
    }

    /** An empty shard. */
    public Shard(CollectionSchema schema, ShardOptions options, ShardEnvironment environment) {
        this.schema = schema;
        this.options = options;
        this.environment = environment;
        this.copies = new DeviceCopies(environment.device());
        this.maintenance = new ShardMaintenance(this, options, environment);
        this.queries = new QuerySample(maintenance::schedule);
        this.sealRows = options.sealRowsFor(schema.dimension());
        this.rowsToTrainAt =
                schema.indexKind().equals("flat") ? Integer.MAX_VALUE : options.trainRows();
        Segment first = Segment.mutable(slots.reserve(), schema, environment.directory());
        slots.put(first);
        copies.follow(first, sealRows);
        this.segments = new Segment[] {first};
        this.snapshot = new ShardSnapshot(schema, segments, 0, 0, null, queries, environment);
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
        storeIfFallingBehind();
        synchronized (this) {
            sealIfFull();
            long previous = locate(idHash, image.id());
            long resolved = resolve(previous);
            if (resolved != SlotTable.DROPPED
                    && isStale(resolved, image.source(), image.offset())) {
                return false;
            }
            append(idHash, previous, resolved, image, prepared);
        }
        return true;
    }

    /**
     * Changes a point that is there: a new row takes its place, made of the present one and the
     * patch.
     *
     * @param origin the id, and where the patch comes from; it has no metadata, text or sparse
     *     vector
     * @throws OmenException INVALID for a vector that does not fit the collection; nothing changes
     */
    public Patched patch(long idHash, RowImage origin, PointPatch patch) {
        float[] vector =
                patch.hasVector() ? VectorRules.prepare(schema, patch.vector(), "vector") : null;
        storeIfFallingBehind();
        synchronized (this) {
            sealIfFull();
            long previous = locate(idHash, origin.id());
            long resolved = resolve(previous);
            if (resolved == SlotTable.DROPPED || !isLive(resolved)) {
                return Patched.ABSENT;
            }
            if (isStale(resolved, origin.source(), origin.offset())) {
                return Patched.STALE;
            }
            PatchedRow patched = PatchedRow.of(slots.segment(resolved), (int) resolved, patch);
            if (patched == null) {
                return Patched.UNREADABLE;
            }
            if (patched.outgrows()) {
                return Patched.TOO_LARGE;
            }
            append(
                    idHash,
                    previous,
                    resolved,
                    patched.image(origin),
                    vector == null ? patched.storedVector() : vector);
        }
        return Patched.APPLIED;
    }

    private void sealIfFull() {
        if (mutable().rowCount() >= sealRows || mutable().postings().bytes() > POSTINGS_BYTES_MAX) {
            seal();
        }
    }

    /**
     * @param previous where the primary-key index has the id
     * @param resolved where the row is now that this one replaces
     */
    private void append(
            long idHash, long previous, long resolved, RowImage image, float[] prepared) {
        Segment target = mutable();
        int row = target.append(image, prepared);
        sequence++;
        primaryKey.put(idHash, previous, SlotTable.location(target.slot(), row), this::isLive);
        boolean manyDead = resolved != SlotTable.DROPPED && kill(resolved);
        if (target.lists() instanceof GrowingLists lists) {
            lists.add(row, prepared, 0);
        }
        publish();
        if (manyDead || snapshot.rowsStored() >= rowsToTrainAt) {
            maintenance.schedule();
        }
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
    public synchronized boolean delete(long idHash, byte[] id, String source, long offset) {
        long location = resolve(locate(idHash, id));
        if (location == SlotTable.DROPPED
                || slots.segment(location).tombstones().deathOf((int) location) != 0
                || isStale(location, source, offset)) {
            return false;
        }
        sequence++;
        boolean manyDead = kill(location);
        publish();
        if (manyDead) {
            maintenance.schedule();
        }
        return true;
    }

    /**
     * Deletes the rows whose Kafka timestamp is before a time, all at once. Rows without one stay.
     *
     * @param timestampMs milliseconds since the epoch
     * @return how many there were
     */
    public synchronized int expire(long timestampMs) {
        int expired = 0;
        boolean manyDead = false;
        expiry.keep(segments);
        for (Segment segment : segments) {
            for (int row : expiry.rowsBefore(segment, timestampMs)) {
                if (expired == 0) {
                    sequence++;
                }
                manyDead |= kill(SlotTable.location(segment.slot(), row));
                expired++;
            }
        }
        if (expired > 0) {
            publish();
        }
        if (manyDead) {
            maintenance.schedule();
        }
        return expired;
    }

    /** The live row of an id as of now. Any thread may call this. */
    public Optional<Hit> get(String id) {
        byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
        long idHash = IdHash.of(bytes);
        while (true) {
            Object slotsSeen = slots.version();
            ShardSnapshot seen = snapshot;
            long location = resolve(locate(idHash, bytes));
            if (location == SlotTable.DROPPED) {
                if (slotsSeen == slots.version()) {
                    return Optional.empty();
                }
                // A merge moved rows while their locations were looked up.
                continue;
            }
            Segment segment = seen.segmentOfSlot(SlotTable.slotOf(location));
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
    public synchronized ShardSnapshot seal() {
        Segment newest = mutable();
        if (newest.rowCount() > 0) {
            if (newest.lists() instanceof GrowingLists lists) {
                lists.flush();
            }
            newest.freeze();
            copies.admit(newest);
            Segment[] grown = Arrays.copyOf(segments, segments.length + 1);
            grown[segments.length] = newMutable();
            segments = grown;
            publish();
            maintenance.schedule();
        }
        return snapshot;
    }

    /**
     * Seals, and keeps the files of all segments with rows where they are until each is unpinned.
     * In one step: a merge that ends in between would delete the files of segments that it took
     * over.
     *
     * @return what the shard holds
     */
    public synchronized ShardSnapshot sealPinned() {
        ShardSnapshot sealed = seal();
        for (Segment segment : sealed.segments()) {
            if (segment.rowCount() > 0 && !segment.pinFiles()) {
                throw new IllegalStateException("a segment in use has given its files up");
            }
        }
        return sealed;
    }

    /**
     * Adds a frozen segment while the shard is restored, before any write. Rows whose id a later
     * row holds die.
     *
     * @param dead rows that were dead when the segment was stored
     */
    public synchronized void addRestored(Segment segment, BitSet dead) {
        if (mutable().rowCount() > 0) {
            throw new IllegalStateException("segments are restored before writes");
        }
        sequence = Math.max(sequence, 1);
        slots.put(segment);
        Segment[] grown = Arrays.copyOf(segments, segments.length + 1);
        grown[grown.length - 2] = segment;
        grown[grown.length - 1] = mutable();
        segments = grown;
        for (int row = 0; row < segment.rowCount(); row++) {
            if (dead.get(row)) {
                segment.tombstones().kill(row, sequence);
            } else {
                indexRestored(segment, row);
            }
        }
        adoptIndex(segment);
        copies.admit(segment);
        publish();
    }

    /**
     * The newest codebook of all restored segments becomes the shard's; maintenance brings the
     * others to it.
     */
    private void adoptIndex(Segment segment) {
        PostingLists lists = segment.lists();
        if (lists == null) {
            return;
        }
        Codebook found = lists.codebook();
        if (index != null && index.codebook().id() == found.id()) {
            segment.index(((PackedLists) lists).sharing(index.codebook()));
        } else if (index == null || found.version() > index.codebook().version()) {
            use(index == null ? IndexState.first(found) : index.next(found));
        }
    }

    /** The slot that the next segment made for this shard must have. */
    public synchronized int nextSlot() {
        return slots.reserve();
    }

    /** Dead rows that no merge has dropped yet. */
    public long deadRows() {
        long dead = 0;
        for (Segment segment : snapshot.segments()) {
            dead += segment.tombstones().dead();
        }
        return dead;
    }

    /** Rows of sealed segments that wait for lists of the newest codebook, or for the disk. */
    public long queuedRows() {
        IndexState used = snapshot.index();
        boolean succeeding = maintenance.isSucceeding();
        long queued = 0;
        for (Segment segment : frozenSegments()) {
            PostingLists lists = segment.lists();
            boolean listed =
                    used == null
                            || lists != null && lists.codebook() == used.codebook() && !succeeding;
            boolean stored = environment.directory() == null || segment.isStored();
            queued += listed && stored ? 0 : segment.rowCount();
        }
        return queued;
    }

    /** Heap bytes. */
    public long memoryBytes() {
        ShardSnapshot current = snapshot;
        long bytes = primaryKey.bytes() + maintenance.memoryBytes();
        for (Segment segment : current.segments()) {
            bytes += segment.memoryBytes();
        }
        IndexState used = current.index();
        return bytes + (used == null ? 0 : used.codebook().bytes());
    }

    /** Segments that are frozen, oldest first. */
    public List<Segment> frozenSegments() {
        List<Segment> all = snapshot.segments();
        return all.subList(0, all.size() - 1);
    }

    /** Queues background work if there may be some; it is also queued by writes that make some. */
    public void maintain() {
        maintenance.schedule();
    }

    /** Whether there is no background work to do as of now. */
    public boolean isSettled() {
        return maintenance.isIdle();
    }

    /** Ends background work after its present step, and deletes the files of all segments. */
    @Override
    public void close() {
        maintenance.close();
        Segment[] held;
        synchronized (this) {
            // Maintenance seals no segment after this, which nobody would discard.
            closed = true;
            copies.close(snapshot.segments());
            held = segments;
        }
        for (Segment segment : held) {
            segment.discardFiles();
        }
    }

    /** Whether the rows ask for a codebook, or a larger one. */
    synchronized boolean isTrainingDue() {
        return snapshot.rowsStored() >= rowsToTrainAt;
    }

    /** Puts a codebook to use for rows to come; the rows so far follow in the background. */
    synchronized void use(IndexState replacement) {
        if (closed) {
            return;
        }
        boolean sameCodebook = index != null && index.codebook() == replacement.codebook();
        adopt(replacement);
        if (!sameCodebook && mutable().rowCount() == 0) {
            mutable().index(new GrowingLists(replacement.codebook()));
        }
        publish();
        if (!sameCodebook && mutable().rowCount() > 0) {
            seal();
        }
    }

    /**
     * Puts a codebook to use together with the lists that the rows so far have of it.
     *
     * @return false, with nothing changed, if too many rows came or a segment was sealed meanwhile
     */
    synchronized boolean use(IndexState replacement, SuccessorLists lists) {
        List<Segment> frozen = frozenSegments();
        if (closed
                || lists.missing(frozen) != null
                || lists.behind(mutable()) > lists.rowsLocked()) {
            return false;
        }
        // First the codebook: searches are to know how many of its lists to probe.
        adopt(replacement);
        publish();
        lists.install(frozen, mutable());
        return true;
    }

    private void adopt(IndexState replacement) {
        index = replacement;
        long next = (long) replacement.codebook().trainedRows() * options.growth();
        rowsToTrainAt = (int) Math.min(Integer.MAX_VALUE, Math.max(next, options.trainRows()));
    }

    /**
     * Swaps the result of a merge in. The files of its inputs are no longer needed. A shard that
     * was closed meanwhile has no use for it, nor anybody to delete its files later.
     */
    synchronized void install(SegmentMerge merge) {
        if (closed) {
            merge.merged().discardFiles();
            return;
        }
        merge.repeatDeaths();
        Segment merged = merge.merged();
        boolean empty = merged.rowCount() == 0;
        if (!empty) {
            // Of an empty one nobody would ever clear the slot, nor let go of its inputs' files.
            slots.put(merged);
            copies.admit(merged);
        }
        List<Segment> left = new ArrayList<>();
        for (Segment segment : segments) {
            int input = merge.inputs().indexOf(segment);
            if (input == 0 && !empty) {
                left.add(merged);
            }
            if (input < 0) {
                left.add(segment);
            } else {
                slots.forward(segment.slot(), merged, merge.newRows(input));
            }
        }
        segments = left.toArray(Segment[]::new);
        publish();
        copies.release(merge.inputs());
    }

    /** Does a stretch of the relocation that follows merges; see {@link PrimaryKeyIndex}. */
    synchronized int relocate(int from, int pairs) {
        return primaryKey.relocate(from, pairs, slots::resolve);
    }

    /** How many segments are held, those that merges took over included until that is done. */
    synchronized int slotsHeld() {
        return slots.held();
    }

    /** Ends forwarding from a slot, when no location names it any more. */
    synchronized void forgetSlot(int slot) {
        slots.clear(slot);
    }

    private void indexRestored(Segment segment, int row) {
        byte[] id = segment.rows().id(row);
        long idHash = IdHash.of(id);
        long previous = locate(idHash, id);
        if (previous != PrimaryKeyIndex.ABSENT
                && isStale(previous, segment.rows().source(row), segment.rows().offset(row))) {
            segment.tombstones().kill(row, sequence);
            return;
        }
        primaryKey.put(idHash, previous, SlotTable.location(segment.slot(), row), this::isLive);
        if (previous != PrimaryKeyIndex.ABSENT) {
            kill(previous);
        }
    }

    private Segment mutable() {
        return segments[segments.length - 1];
    }

    private Segment newMutable() {
        Segment fresh = Segment.mutable(slots.reserve(), schema, environment.directory());
        copies.follow(fresh, sealRows);
        if (index != null) {
            fresh.index(new GrowingLists(index.codebook()));
        }
        slots.put(fresh);
        return fresh;
    }

    private void publish() {
        snapshot =
                new ShardSnapshot(
                        schema,
                        segments,
                        mutable().rowCount(),
                        sequence,
                        index,
                        queries,
                        environment);
    }

    /** Vectors of segments that are not on disk yet fill the heap: then writing waits for disk. */
    private void storeIfFallingBehind() {
        Path directory = environment.directory();
        if (directory == null || snapshot.segments().size() <= UNSTORED_MAX) {
            return;
        }
        int unstored = 0;
        for (Segment segment : snapshot.segments()) {
            unstored += segment.isFrozen() && !segment.isStored() ? 1 : 0;
        }
        if (unstored > UNSTORED_MAX) {
            for (Segment segment : frozenSegments()) {
                segment.store(directory);
            }
        }
    }

    /** The location of an id as the primary-key index has it. */
    private long locate(long idHash, byte[] id) {
        return primaryKey.find(idHash, location -> slots.hasId(location, id));
    }

    private long resolve(long location) {
        return location == PrimaryKeyIndex.ABSENT ? SlotTable.DROPPED : slots.resolve(location);
    }

    /** Positions compare only within one source; between sources the order of arrival decides. */
    private boolean isStale(long location, String source, long offset) {
        Segment segment = slots.segment(location);
        int row = (int) location;
        return offset >= 0
                && segment.rows().offset(row) >= offset
                && segment.rows().source(row).equals(source);
    }

    private boolean isLive(long location) {
        long at = slots.resolve(location);
        return at != SlotTable.DROPPED && slots.segment(at).tombstones().deathOf((int) at) == 0;
    }

    /** Puts a tombstone; tells whether it is time to look at the segment's dead rows. */
    private boolean kill(long location) {
        Segment segment = slots.segment(location);
        segment.tombstones().kill((int) location, sequence);
        return segment.tombstones().dead() % DEATHS_NOTICED == 0;
    }
}
