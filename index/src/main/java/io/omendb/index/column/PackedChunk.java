package io.omendb.index.column;

import org.jspecify.annotations.Nullable;

/**
 * The values of one chunk. While rows are written they lie in an array of the column's own type; a
 * full chunk is packed to the narrowest type that holds what each value exceeds the lowest by, down
 * to nothing where all are the same.
 */
final class PackedChunk {
    /** This object, the header of its array and the reference to it. */
    private static final int OVERHEAD_BYTES = 60;

    private static final long UNSIGNED_INT = 0xffff_ffffL;
    private static final byte[] NOTHING = new byte[0];

    private final long lowest;
    private final long @Nullable [] longs;
    private final int @Nullable [] ints;
    private final char @Nullable [] chars;

    /** One byte where all values are the same; empty where another array is there. */
    private final byte[] bytes;

    private PackedChunk(
            long lowest,
            long @Nullable [] longs,
            int @Nullable [] ints,
            char @Nullable [] chars,
            byte[] bytes) {
        this.lowest = lowest;
        this.longs = longs;
        this.ints = ints;
        this.chars = chars;
        this.bytes = bytes;
    }

    /** A chunk whose values are those of an array, written or yet to be written. */
    static PackedChunk of(long[] values) {
        return new PackedChunk(0, values, null, null, NOTHING);
    }

    /** A chunk whose values are those of an array, written or yet to be written. */
    static PackedChunk of(int[] values) {
        return new PackedChunk(0, null, values, null, NOTHING);
    }

    /** A chunk of one value. */
    static PackedChunk repeated(long value) {
        return new PackedChunk(value, null, null, null, new byte[1]);
    }

    /** The value of a row, of which the bits that number it within the chunk count. */
    long get(int row) {
        long[] wide = longs;
        if (wide != null) {
            return wide[row & Chunks.MASK];
        }
        int[] narrower = ints;
        if (narrower != null) {
            return lowest + (narrower[row & Chunks.MASK] & UNSIGNED_INT);
        }
        char[] narrow = chars;
        if (narrow != null) {
            return lowest + narrow[row & Chunks.MASK];
        }
        return lowest + (bytes[row & (bytes.length - 1)] & 0xff);
    }

    /** The values of these longs in less room, if there is a way. */
    static PackedChunk pack(long[] values) {
        long lowest = values[0];
        long highest = values[0];
        for (long value : values) {
            lowest = Math.min(lowest, value);
            highest = Math.max(highest, value);
        }
        long span = highest - lowest;
        if (span < 0 || span > UNSIGNED_INT) {
            return of(values);
        }
        if (span == 0) {
            return repeated(lowest);
        }
        if (span <= 0xff) {
            byte[] packed = new byte[values.length];
            for (int i = 0; i < packed.length; i++) {
                packed[i] = (byte) (values[i] - lowest);
            }
            return new PackedChunk(lowest, null, null, null, packed);
        }
        if (span <= Character.MAX_VALUE) {
            char[] packed = new char[values.length];
            for (int i = 0; i < packed.length; i++) {
                packed[i] = (char) (values[i] - lowest);
            }
            return new PackedChunk(lowest, null, null, packed, NOTHING);
        }
        int[] packed = new int[values.length];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = (int) (values[i] - lowest);
        }
        return new PackedChunk(lowest, null, packed, null, NOTHING);
    }

    long heapBytes() {
        return OVERHEAD_BYTES
                + bytes.length
                + (longs == null ? 0 : (long) longs.length * Long.BYTES)
                + (ints == null ? 0 : (long) ints.length * Integer.BYTES)
                + (chars == null ? 0 : (long) chars.length * Character.BYTES);
    }
}
