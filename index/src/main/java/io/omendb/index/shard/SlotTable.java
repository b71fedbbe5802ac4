package io.omendb.index.shard;

import io.omendb.index.segment.Segment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where locations lead. A location is {@code slot << 32 | row} and outlives its segment: when
 * segments are merged, their slots forward to the new one until the primary-key index holds new
 * locations only, so that a merge swaps in without touching a million keys at once.
 *
 * <p>Written under the shard's lock, read by all.
 */
final class SlotTable {
    /** A row that a merge dropped because it was dead. */
    static final long DROPPED = -1;

    private static final int CHUNK_BITS = 10;
    private static final int CHUNK = 1 << CHUNK_BITS;

    /**
     * By number, in chunks: a shard uses up some thousand slots a day, of which a few lead
     * somewhere. A chunk of none is null, and a change copies one.
     */
    private volatile @Nullable Chunk[] chunks = new Chunk[0];

    private int reserved;

    /** Never changed. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Chunk(@Nullable Slot[] slots) {
        static final Chunk EMPTY = new Chunk(new Slot[CHUNK]);

        int held() {
            return (int) Arrays.stream(slots).filter(Objects::nonNull).count();
        }

        Chunk with(int slot, @Nullable Slot value) {
            @Nullable Slot[] copy = slots.clone();
            copy[slot & (CHUNK - 1)] = value;
            return new Chunk(copy);
        }
    }

    /**
     * A slot in use.
     *
     * @param segment the segment, or the one that took over its rows
     * @param newRows null for the segment itself; else where each row went, -1 where it was dropped
     */
    private record Slot(Segment segment, int @Nullable [] newRows) {}

    static long location(int slot, int row) {
        return (long) slot << 32 | row;
    }

    static int slotOf(long location) {
        return (int) (location >>> 32);
    }

    /** The slot that the next segment must have. */
    int reserve() {
        if (reserved == chunks.length * CHUNK) {
            @Nullable Chunk[] longer = Arrays.copyOf(chunks, chunks.length + 1);
            longer[chunks.length] = Chunk.EMPTY;
            chunks = longer;
        }
        return reserved++;
    }

    void put(Segment segment) {
        set(segment.slot(), new Slot(segment, null));
    }

    void forward(int from, Segment to, int[] newRows) {
        set(from, new Slot(to, newRows));
    }

    /** Forgets a slot that no location names any more. */
    void clear(int slot) {
        set(slot, null);
    }

    /** How many slots lead to a segment. */
    int held() {
        int held = 0;
        for (Chunk chunk : chunks) {
            held += chunk == null ? 0 : chunk.held();
        }
        return held;
    }

    boolean isForwarding(int slot) {
        Slot found = at(chunks, slot);
        return found != null && found.newRows != null;
    }

    /** Follows a location to the segment that holds its row now; {@link #DROPPED} if none does. */
    long resolve(long location) {
        @Nullable Chunk[] current = chunks;
        long at = location;
        while (true) {
            Slot slot = at(current, slotOf(at));
            if (slot == null) {
                return DROPPED;
            }
            if (slot.newRows == null) {
                return at;
            }
            int row = slot.newRows[(int) at];
            if (row < 0) {
                return DROPPED;
            }
            at = location(slot.segment.slot(), row);
        }
    }

    /** Changes whenever a slot does: tells a reader whether what it resolved may have moved. */
    Object version() {
        return chunks;
    }

    private static @Nullable Slot at(@Nullable Chunk[] chunks, int slot) {
        Chunk chunk = chunks[slot >>> CHUNK_BITS];
        return chunk == null ? null : chunk.slots[slot & (CHUNK - 1)];
    }

    /** Whether the row at a location has an id. False for a location that leads nowhere. */
    boolean hasId(long location, byte[] id) {
        long at = resolve(location);
        if (at == DROPPED) {
            return false;
        }
        Slot slot = at(chunks, slotOf(at));
        return slot != null && slot.segment.rows().hasId((int) at, id);
    }

    /** The segment of a resolved location. */
    Segment segment(long resolved) {
        Slot slot = at(chunks, slotOf(resolved));
        if (slot == null) {
            throw new IllegalStateException("location " + resolved + " is in no segment");
        }
        return slot.segment;
    }

    private void set(int slot, @Nullable Slot value) {
        int number = slot >>> CHUNK_BITS;
        Chunk before = chunks[number];
        Chunk changed = (before == null ? Chunk.EMPTY : before).with(slot, value);
        boolean full = number < reserved >>> CHUNK_BITS;
        @Nullable Chunk[] copy = chunks.clone();
        copy[number] = full && changed.held() == 0 ? null : changed;
        chunks = copy;
    }
}
