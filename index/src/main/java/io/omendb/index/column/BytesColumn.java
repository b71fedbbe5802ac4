package io.omendb.index.column;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An append-only column of byte strings, packed end to end in pages, so that a million short values
 * cost no objects. Same sharing rules as {@link IntColumn}. A value may be null, which differs from
 * empty.
 */
public final class BytesColumn {
    private static final int PAGE_BITS = 16;
    private static final int PAGE_BYTES = 1 << PAGE_BITS;
    private static final long NULL = -1;

    private final LongColumn starts = new LongColumn();
    private final IntColumn lengths = new IntColumn();
    private volatile byte[][] pages = new byte[0][];
    private long end;

    /** Writes the value of a row; rows are written in ascending order, without gaps. */
    public void set(int row, byte @Nullable [] value) {
        if (value == null) {
            starts.set(row, NULL);
            lengths.set(row, 0);
            return;
        }
        starts.set(row, end);
        lengths.set(row, value.length);
        write(value);
    }

    /** A copy of the value, or null. */
    public byte @Nullable [] get(int row) {
        long start = starts.get(row);
        if (start == NULL) {
            return null;
        }
        byte[] value = new byte[lengths.get(row)];
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
        long start = starts.get(row);
        if (start == NULL || lengths.get(row) != other.length) {
            return false;
        }
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
        return (long) pages.length * PAGE_BYTES + starts.bytes() + lengths.bytes();
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
