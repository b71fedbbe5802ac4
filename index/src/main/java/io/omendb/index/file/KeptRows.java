package io.omendb.index.file;

import java.util.BitSet;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of a file a segment has, and where they are: the n-th row kept is found in a few
 * steps, at 1.5 bits a row of the file. Immutable.
 */
public final class KeptRows {
    /** Every so many kept rows it is written down where one is. */
    private static final int SAMPLE_BITS = 6;

    private final int fileRows;
    private final int count;

    /** A bit for each row of the file; null where all are kept. */
    private final long @Nullable [] words;

    private final int[] samples;

    private KeptRows(int fileRows, int count, long @Nullable [] words, int[] samples) {
        this.fileRows = fileRows;
        this.count = count;
        this.words = words;
        this.samples = samples;
    }

    /** All rows. */
    public static KeptRows all(int fileRows) {
        return new KeptRows(fileRows, fileRows, null, new int[0]);
    }

    /** Some rows. */
    public static KeptRows of(BitSet kept, int fileRows) {
        int count = kept.cardinality();
        if (kept.length() > fileRows) {
            throw new IllegalArgumentException(
                    "row " + (kept.length() - 1) + " of a file of " + fileRows);
        }
        if (count == fileRows) {
            return all(fileRows);
        }
        int[] samples = new int[(count >>> SAMPLE_BITS) + 1];
        int n = 0;
        for (int row = kept.nextSetBit(0); row >= 0; row = kept.nextSetBit(row + 1)) {
            if ((n & (1 << SAMPLE_BITS) - 1) == 0) {
                samples[n >>> SAMPLE_BITS] = row;
            }
            n++;
        }
        return new KeptRows(fileRows, count, kept.toLongArray(), samples);
    }

    /** Rows kept. */
    public int count() {
        return count;
    }

    /** Rows of the file. */
    public int fileRows() {
        return fileRows;
    }

    public boolean isAll() {
        return words == null;
    }

    /** Whether a row of the file is kept. */
    public boolean isKept(int fileRow) {
        return words == null
                || (fileRow >>> 6) < words.length && (words[fileRow >>> 6] >>> fileRow & 1) != 0;
    }

    /**
     * Where the n-th kept row is in the file.
     *
     * @param n from 0 to {@link #count()}, exclusive
     */
    public int fileRow(int n) {
        if (words == null) {
            return n;
        }
        int from = samples[n >>> SAMPLE_BITS];
        int left = n & (1 << SAMPLE_BITS) - 1;
        int word = from >>> 6;
        long bits = words[word] & -1L << from;
        for (int ones = Long.bitCount(bits); ones <= left; ones = Long.bitCount(bits)) {
            left -= ones;
            bits = words[++word];
        }
        for (; left > 0; left--) {
            bits &= bits - 1;
        }
        return (word << 6) + Long.numberOfTrailingZeros(bits);
    }

    /**
     * Where rows of the file are among those kept.
     *
     * @param first number of the first one kept
     * @return -1 for those that are not
     */
    IntUnaryOperator newRows(int first) {
        if (words == null) {
            return row -> first + row;
        }
        int[] newRows = new int[fileRows];
        int next = first;
        for (int row = 0; row < fileRows; row++) {
            newRows[row] = isKept(row) ? next++ : -1;
        }
        return row -> newRows[row];
    }

    /**
     * How many rows from a kept one on lie next to each other in the file and are all kept.
     *
     * @param max stop counting at so many
     */
    public int run(int fileRow, int max) {
        if (words == null) {
            return Math.min(max, fileRows - fileRow);
        }
        int run = 1;
        while (run < max && fileRow + run < fileRows && isKept(fileRow + run)) {
            run++;
        }
        return run;
    }

    /** Heap bytes. */
    public long bytes() {
        return (words == null ? 0 : (long) words.length * Long.BYTES)
                + (long) samples.length * Integer.BYTES;
    }
}
