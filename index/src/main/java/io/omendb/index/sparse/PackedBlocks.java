package io.omendb.index.sparse;

import java.util.Arrays;

/**
 * Blocks of postings, those of a term one after another. A block holds the distance of each row
 * from its first one, then the values, all in as many bits as the largest takes: any posting can be
 * read by itself. Frequencies are stored less one, so that a block of single occurrences has no
 * values at all; weights as the bits of their float32.
 */
final class PackedBlocks {
    static final int ROWS = 128;

    private final boolean weights;
    private int size;
    private int[] firstRows = new int[16];
    private int[] lastRows = new int[16];
    private int[] starts = new int[16];
    private byte[] rowBits = new byte[16];
    private byte[] valueBits = new byte[16];
    private float[] valueMax = new float[16];
    private float[] valueMin;
    private byte[] normMin = new byte[16];
    private int[] words = new int[256];
    private int wordCount;

    /**
     * No blocks yet.
     *
     * @param weights whether values are floats, not whole numbers of at least 1
     */
    PackedBlocks(boolean weights) {
        this.weights = weights;
        this.valueMin = new float[weights ? 16 : 0];
    }

    /** Appends a block of the first {@code count} postings. */
    void add(int[] rows, float[] values, int count, byte[] norms) {
        if (size == firstRows.length) {
            grow();
        }
        float max = Float.NEGATIVE_INFINITY;
        float min = Float.POSITIVE_INFINITY;
        byte shortest = Byte.MAX_VALUE;
        boolean any = false;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, values[i]);
            min = Math.min(min, values[i]);
            byte norm = norms[rows[i]];
            // Norms are unsigned.
            if (!any || Byte.compareUnsigned(norm, shortest) < 0) {
                shortest = norm;
                any = true;
            }
        }
        firstRows[size] = rows[0];
        lastRows[size] = rows[count - 1];
        starts[size] = wordCount;
        rowBits[size] = (byte) bitsFor(rows[count - 1] - rows[0]);
        valueBits[size] = (byte) (weights ? Integer.SIZE : bitsFor((int) max - 1));
        valueMax[size] = max;
        if (weights) {
            valueMin[size] = min;
        }
        normMin[size] = shortest;
        int bits = count * (rowBits[size] + valueBits[size]);
        int needed = wordCount + (bits + Integer.SIZE - 1) / Integer.SIZE;
        if (needed > words.length) {
            words = Arrays.copyOf(words, Math.max(needed, words.length + words.length / 2));
        }
        int at = 0;
        for (int i = 0; i < count; i++, at += rowBits[size]) {
            write(at, rowBits[size], rows[i] - rows[0]);
        }
        for (int i = 0; i < count; i++, at += valueBits[size]) {
            int value = weights ? Float.floatToRawIntBits(values[i]) : (int) values[i] - 1;
            write(at, valueBits[size], value);
        }
        wordCount = needed;
        size++;
    }

    /** Gives back what was allocated ahead. */
    PackedBlocks trim() {
        resize(size);
        words = Arrays.copyOf(words, wordCount);
        return this;
    }

    int size() {
        return size;
    }

    int lastRow(int block) {
        return lastRows[block];
    }

    /** The row of a posting of a block. */
    int row(int block, int posting) {
        int bits = rowBits[block];
        return firstRows[block] + read(block, posting * bits, bits);
    }

    /** The value of a posting of a block of {@code count}. */
    float value(int block, int count, int posting) {
        int bits = valueBits[block];
        int value = read(block, count * rowBits[block] + posting * bits, bits);
        return weights ? Float.intBitsToFloat(value) : value + 1;
    }

    PostingCursor.Bounds bounds(int block) {
        return new PostingCursor.Bounds(
                valueMax[block], weights ? valueMin[block] : 1, normMin[block]);
    }

    /** The bounds of several blocks together. */
    PostingCursor.Bounds bounds(int from, int to) {
        float max = valueMax[from];
        float min = weights ? valueMin[from] : 1;
        byte shortest = normMin[from];
        for (int block = from + 1; block < to; block++) {
            max = Math.max(max, valueMax[block]);
            min = weights ? Math.min(min, valueMin[block]) : 1;
            if (Byte.compareUnsigned(normMin[block], shortest) < 0) {
                shortest = normMin[block];
            }
        }
        return new PostingCursor.Bounds(max, min, shortest);
    }

    long bytes() {
        return 4L * words.length + (4L * 4 + 3) * firstRows.length + 4L * valueMin.length;
    }

    private static int bitsFor(int largest) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(largest);
    }

    private void write(int at, int bits, int value) {
        if (bits == 0) {
            return;
        }
        int word = wordCount + (at >>> 5);
        int shift = at & 31;
        words[word] |= value << shift;
        if (shift + bits > Integer.SIZE) {
            words[word + 1] |= value >>> (Integer.SIZE - shift);
        }
    }

    private int read(int block, int at, int bits) {
        if (bits == 0) {
            return 0;
        }
        int word = starts[block] + (at >>> 5);
        int shift = at & 31;
        int value = words[word] >>> shift;
        if (shift + bits > Integer.SIZE) {
            value |= words[word + 1] << (Integer.SIZE - shift);
        }
        return bits == Integer.SIZE ? value : value & ((1 << bits) - 1);
    }

    private void grow() {
        resize(2 * size);
    }

    private void resize(int length) {
        firstRows = Arrays.copyOf(firstRows, length);
        lastRows = Arrays.copyOf(lastRows, length);
        starts = Arrays.copyOf(starts, length);
        rowBits = Arrays.copyOf(rowBits, length);
        valueBits = Arrays.copyOf(valueBits, length);
        valueMax = Arrays.copyOf(valueMax, length);
        valueMin = weights ? Arrays.copyOf(valueMin, length) : valueMin;
        normMin = Arrays.copyOf(normMin, length);
    }
}
