package io.omendb.index.sparse;

import java.util.Arrays;
import org.apache.lucene.util.SmallFloat;

/**
 * A byte a row, 0 where nothing was written. Written by one thread in any order; a reader sees
 * those of rows that it learnt of through a volatile field written afterwards.
 */
final class Norms {
    private byte[] norms = new byte[0];

    /** A text's length in a byte, as Lucene's similarities have it. */
    static byte ofLength(int length) {
        return SmallFloat.intToByte4(length);
    }

    /** The length that a norm stands for: at most the true one. */
    static int length(byte norm) {
        return SmallFloat.byte4ToInt(norm);
    }

    void set(int row, byte norm) {
        if (row >= norms.length) {
            norms = Arrays.copyOf(norms, Math.max(row + 1, Math.max(64, 2 * norms.length)));
        }
        norms[row] = norm;
    }

    byte get(int row) {
        byte[] current = norms;
        return row < current.length ? current[row] : 0;
    }

    /** The norms of the first rows. */
    byte[] first(int rows) {
        return Arrays.copyOf(norms, rows);
    }

    long bytes() {
        return norms.length;
    }
}
