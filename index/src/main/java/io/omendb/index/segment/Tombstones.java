package io.omendb.index.segment;

import io.omendb.index.column.LongColumn;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * When each row died: the sequence number of the write that replaced or deleted it, 0 while it
 * lives. A reader with a snapshot of sequence S sees a row as dead only if it died at or before S,
 * so an upsert swaps old for new in one step for every reader, and the dead rows as of any earlier
 * snapshot can still be told. Written by the task thread, read by all. Memory is only taken for
 * chunks of rows in which one died. Unlike {@link LongColumn} any row may be set at any time.
 */
public final class Tombstones {
    private static final int CHUNK_BITS = 10;
    private static final int CHUNK_ROWS = 1 << CHUNK_BITS;
    private static final VarHandle LONGS = MethodHandles.arrayElementVarHandle(long[].class);

    private volatile long[] @Nullable [] chunks = new long[0][];

    /** Rows in the order of their deaths; published by {@link #dead}, how many there are. */
    private int[][] order = new int[0][];

    private volatile int dead;

    /** Marks a row dead. The first death of a row counts; later ones change nothing. */
    public void kill(int row, long sequence) {
        int chunk = row >>> CHUNK_BITS;
        long[] @Nullable [] current = chunks;
        if (chunk >= current.length || current[chunk] == null) {
            long[] @Nullable [] grown = Arrays.copyOf(current, Math.max(current.length, chunk + 1));
            grown[chunk] = new long[CHUNK_ROWS];
            chunks = grown;
            current = grown;
        }
        long[] deaths = current[chunk];
        if (deaths != null && deaths[row & (CHUNK_ROWS - 1)] == 0) {
            LONGS.setOpaque(deaths, row & (CHUNK_ROWS - 1), sequence);
            note(row);
            dead = dead + 1;
        }
    }

    private void note(int row) {
        int at = dead;
        if (at >>> CHUNK_BITS == order.length) {
            int[][] grown = Arrays.copyOf(order, order.length + 1);
            grown[order.length] = new int[CHUNK_ROWS];
            order = grown;
        }
        order[at >>> CHUNK_BITS][at & (CHUNK_ROWS - 1)] = row;
    }

    /**
     * The rows that died, in the order of their deaths: whoever keeps a copy of the tombstones asks
     * for those that came since it last asked.
     *
     * @param from deaths to leave out
     * @param into takes rows, as many as it holds at most
     * @return rows put there
     */
    public int died(int from, int[] into) {
        int known = Math.min(dead - from, into.length);
        int[][] rows = order;
        for (int i = 0; i < known; i++) {
            into[i] = rows[(from + i) >>> CHUNK_BITS][(from + i) & (CHUNK_ROWS - 1)];
        }
        return Math.max(0, known);
    }

    /** Whether the row is dead for a reader whose snapshot has this sequence number. */
    public boolean isDead(int row, long sequence) {
        long death = deathOf(row);
        return death != 0 && death <= sequence;
    }

    /** The sequence number at which the row died, 0 if it lives. */
    public long deathOf(int row) {
        int chunk = row >>> CHUNK_BITS;
        long[] @Nullable [] current = chunks;
        if (chunk >= current.length) {
            return 0;
        }
        long[] deaths = current[chunk];
        return deaths == null ? 0 : (long) LONGS.getOpaque(deaths, row & (CHUNK_ROWS - 1));
    }

    /** Rows below {@code rows} dead as of a sequence number. */
    public BitSet deadAsOf(int rows, long sequence) {
        BitSet result = new BitSet();
        long[] @Nullable [] current = chunks;
        for (int chunk = 0; chunk < current.length; chunk++) {
            long[] deaths = current[chunk];
            int first = chunk << CHUNK_BITS;
            for (int i = 0; deaths != null && i < CHUNK_ROWS && first + i < rows; i++) {
                long death = (long) LONGS.getOpaque(deaths, i);
                if (death != 0 && death <= sequence) {
                    result.set(first + i);
                }
            }
        }
        return result;
    }

    /** Dead rows now. */
    public int dead() {
        return dead;
    }

    /** Heap bytes. */
    public long bytes() {
        long bytes = (long) order.length * CHUNK_ROWS * Integer.BYTES;
        for (long[] deaths : chunks) {
            bytes += deaths == null ? 0 : (long) CHUNK_ROWS * Long.BYTES;
        }
        return bytes;
    }
}
