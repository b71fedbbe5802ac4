package io.omendb.record;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Byte strings end to end, any of which may be null: a column of ids or of JSON objects without an
 * object a row. Immutable, as long as nobody writes to the arrays it was made of.
 */
public final class ByteStrings {
    private final byte[] bytes;

    /** Where each value ends; the complement of where the one before ends for null. */
    private final int[] ends;

    /**
     * Values that lie end to end.
     *
     * @param bytes holds the values; not copied
     * @param ends where each value ends, and the next starts; for a null the complement ({@code ~})
     *     of where the value before ends; not copied
     * @throws IllegalArgumentException if the ends descend or lead outside the bytes
     */
    public ByteStrings(byte[] bytes, int[] ends) {
        int end = 0;
        for (int value : ends) {
            int next = value < 0 ? ~value : value;
            if (next < end || next > bytes.length || (value < 0 && next != end)) {
                throw new IllegalArgumentException(
                        "a value ends at " + value + " after " + end + " of " + bytes.length);
            }
            end = next;
        }
        this.bytes = bytes;
        this.ends = ends;
    }

    /** How many values there are, nulls included. */
    public int size() {
        return ends.length;
    }

    public boolean isNull(int index) {
        return ends[index] < 0;
    }

    /** All values; the value at {@code index} is at {@link #start} and {@link #length} long. */
    public byte[] bytes() {
        return bytes;
    }

    /** The ends, as the constructor takes them. */
    public int[] ends() {
        return ends;
    }

    public int start(int index) {
        return index == 0 ? 0 : end(index - 1);
    }

    /** Bytes of a value; 0 for null. */
    public int length(int index) {
        return end(index) - start(index);
    }

    /** A copy of a value, or null. */
    public byte @Nullable [] get(int index) {
        return isNull(index) ? null : Arrays.copyOfRange(bytes, start(index), end(index));
    }

    /**
     * The values of some rows, in the order given.
     *
     * @param rows indices; the first {@code count} are used
     */
    public ByteStrings select(int[] rows, int count) {
        int total = 0;
        for (int i = 0; i < count; i++) {
            total += length(rows[i]);
        }
        byte[] selected = new byte[total];
        int[] selectedEnds = new int[count];
        int end = 0;
        for (int i = 0; i < count; i++) {
            int length = length(rows[i]);
            System.arraycopy(bytes, start(rows[i]), selected, end, length);
            end += length;
            selectedEnds[i] = isNull(rows[i]) ? ~end : end;
        }
        return new ByteStrings(selected, selectedEnds);
    }

    private int end(int index) {
        int end = ends[index];
        return end < 0 ? ~end : end;
    }

    /** Collects values. */
    public static final class Builder {
        private byte[] bytes;
        private int[] ends;
        private int size;
        private int end;

        /**
         * Nothing yet.
         *
         * @param values how many values to expect
         * @param bytesExpected how many bytes in all to expect
         */
        public Builder(int values, int bytesExpected) {
            this.bytes = new byte[Math.max(16, bytesExpected)];
            this.ends = new int[Math.max(4, values)];
        }

        /** Adds a value, or null. */
        public void add(byte @Nullable [] value) {
            if (value == null) {
                addEnd(~end);
            } else {
                add(value, 0, value.length);
            }
        }

        /** Adds a range as a value. */
        public void add(byte[] from, int offset, int length) {
            if (bytes.length - end < length) {
                bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(end, length), 2 * end));
            }
            System.arraycopy(from, offset, bytes, end, length);
            end += length;
            addEnd(end);
        }

        /** Values so far. */
        public int size() {
            return size;
        }

        /** Bytes so far. */
        public int length() {
            return end;
        }

        /** All values added. The builder must not be used afterwards. */
        public ByteStrings build() {
            return new ByteStrings(bytes, Arrays.copyOf(ends, size));
        }

        private void addEnd(int value) {
            if (size == ends.length) {
                ends = Arrays.copyOf(ends, 2 * size);
            }
            ends[size++] = value;
        }
    }
}
