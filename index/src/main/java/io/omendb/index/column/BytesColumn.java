package io.omendb.index.column;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An append-only column of byte strings, packed end to end in pages, so that a million short values
 * cost no objects. Same sharing rules as {@link IntColumn}. A value may be null, which differs from
 * empty; nulls before the first value of a chunk take no room.
 */
public final class BytesColumn {
    private static final int PAGE_BITS = 16;
    private static final int PAGE_BYTES = 1 << PAGE_BITS;

    /** A null at the start of a chunk; see {@link #ends}. */
    private static final int NULL_AT_START = ~0;

    /**
     * Where a row's value ends, counted from the start of its chunk; it starts where that of the
     * row before ends. The complement, which is negative, for null.
     */
    private final IntColumn ends = new IntColumn(NULL_AT_START);

    /** By chunk, where its first value starts; anything for a chunk without values. */
    private volatile long[] starts = new long[0];

    private volatile byte[][] pages = new byte[0][];

    /** The last chunk that has a value. */
    private int openChunk = -1;

    private long end;

    /** Writes the value of a row; rows are written in ascending order, without gaps. */
    public void set(int row, byte @Nullable [] value) {
        int chunk = row >>> Chunks.BITS;
        if (value == null) {
            if (chunk == openChunk) {
                ends.set(row, ~(int) (end - starts[chunk]));
            }
            return;
        }
        if (chunk != openChunk) {
            startChunk(chunk);
        }
        long endInChunk = end - starts[chunk] + value.length;
        if (endInChunk > Integer.MAX_VALUE) {
            throw new IllegalStateException(
                    "row "
                            + row
                            + ": the values of "
                            + Chunks.ROWS
                            + " rows come to "
                            + endInChunk
                            + " bytes, expected at most "
                            + Integer.MAX_VALUE);
        }
        write(value);
        ends.set(row, (int) endInChunk);
    }

    /** A copy of the value, or null. */
    public byte @Nullable [] get(int row) {
        int endInChunk = ends.get(row);
        if (endInChunk < 0) {
            return null;
        }
        int startInChunk = startInChunk(row);
        long start = starts[row >>> Chunks.BITS] + startInChunk;
        byte[] value = new byte[endInChunk - startInChunk];
        int copied = 0;
        while (copied < value.length) {
            long at = start + copied;
            int offset = (int) (at & (PAGE_BYTES - 1));
            int n = Math.min(value.length - copied, PAGE_BYTES - offset);
            System.arraycopy(pages[(int) (at >>> PAGE_BITS)], offset, value, copied, n);
            copied += n;
        }
        return value;
    }

    /** Whether the row holds exactly these bytes; allocates nothing. */
    public boolean equalTo(int row, byte[] other) {
        int endInChunk = ends.get(row);
        int startInChunk = startInChunk(row);
        if (endInChunk < 0 || endInChunk - startInChunk != other.length) {
            return false;
        }
        long start = starts[row >>> Chunks.BITS] + startInChunk;
        int compared = 0;
        while (compared < other.length) {
            long at = start + compared;
            int offset = (int) (at & (PAGE_BYTES - 1));
            int n = Math.min(other.length - compared, PAGE_BYTES - offset);
            byte[] page = pages[(int) (at >>> PAGE_BITS)];
            if (!Arrays.equals(page, offset, offset + n, other, compared, compared + n)) {
                return false;
            }
            compared += n;
        }
        return true;
    }

    /** Heap bytes of values and offsets. */
    public long bytes() {
        return (long) pages.length * PAGE_BYTES + (long) starts.length * Long.BYTES + ends.bytes();
    }

    private int startInChunk(int row) {
        if ((row & Chunks.MASK) == 0) {
            return 0;
        }
        int before = ends.get(row - 1);
        return before < 0 ? ~before : before;
    }

    private void startChunk(int chunk) {
        long[] current = starts;
        if (chunk >= current.length) {
            current = Arrays.copyOf(current, Math.max(chunk + 1, 2 * current.length));
        }
        current[chunk] = end;
        starts = current;
        openChunk = chunk;
    }

    private void write(byte[] value) {
        int written = 0;
        while (written < value.length) {
            int page = (int) (end >>> PAGE_BITS);
            if (page == pages.length) {
                byte[][] grown = Arrays.copyOf(pages, page + 1);
                grown[page] = new byte[PAGE_BYTES];
                pages = grown;
            }
            int offset = (int) (end & (PAGE_BYTES - 1));
            int n = Math.min(value.length - written, PAGE_BYTES - offset);
            System.arraycopy(value, written, pages[page], offset, n);
            written += n;
            end += n;
        }
    }
}
