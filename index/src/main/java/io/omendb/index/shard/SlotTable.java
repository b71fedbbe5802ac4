package io.omendb.index.shard;

import io.omendb.index.segment.Segment;
import java.util.Arrays;
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

    private volatile @Nullable Slot[] slots = new Slot[0];

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
        int slot = slots.length;
        slots = Arrays.copyOf(slots, slot + 1);
        return slot;
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
        for (Slot slot : slots) {
            held += slot == null ? 0 : 1;
        }
        return held;
    }

    boolean isForwarding(int slot) {
        Slot found = slots[slot];
        return found != null && found.newRows != null;
    }

    /** Follows a location to the segment that holds its row now; {@link #DROPPED} if none does. */
    long resolve(long location) {
        @Nullable Slot[] current = slots;
        long at = location;
        while (true) {
            Slot slot = current[slotOf(at)];
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
        return slots;
    }

    /** Whether the row at a location has an id. False for a location that leads nowhere. */
    boolean hasId(long location, byte[] id) {
        long at = resolve(location);
        if (at == DROPPED) {
            return false;
        }
        Slot slot = slots[slotOf(at)];
        return slot != null && slot.segment.rows().hasId((int) at, id);
    }

    /** The segment of a resolved location. */
    Segment segment(long resolved) {
        Slot slot = slots[slotOf(resolved)];
        if (slot == null) {
            throw new IllegalStateException("location " + resolved + " is in no segment");
        }
        return slot.segment;
    }

    private void set(int slot, @Nullable Slot value) {
        @Nullable Slot[] copy = slots.clone();
        copy[slot] = value;
        slots = copy;
    }
}
