package io.omendb.index.column;

import java.util.Arrays;

/**
 * The lowest and the highest value of each chunk of rows, so that a condition passes over the
 * chunks it cannot match in. Same sharing rules as {@link IntColumn}: a reader may find bounds that
 * later rows widened already, never ones too narrow for its own rows.
 */
final class Zones {
    /** Lowest and highest of each chunk in turn; a chunk without values has them the wrong way. */
    private volatile long[] bounds = new long[0];

    /** Takes the value of a row into account; rows come in ascending order. */
    void add(int row, long value) {
        int at = (row >>> Chunks.BITS) * 2;
        long[] current = bounds;
        if (at >= current.length) {
            current = grown(current, at);
            bounds = current;
        }
        current[at] = Math.min(current[at], value);
        current[at + 1] = Math.max(current[at + 1], value);
    }

    /** The bounds as they are now, for {@link #lowest} and {@link #highest}. */
    long[] current() {
        return bounds;
    }

    static long lowest(long[] bounds, int chunk) {
        return 2 * chunk < bounds.length ? bounds[2 * chunk] : Long.MAX_VALUE;
    }

    static long highest(long[] bounds, int chunk) {
        return 2 * chunk < bounds.length ? bounds[2 * chunk + 1] : Long.MIN_VALUE;
    }

    long bytes() {
        return (long) bounds.length * Long.BYTES;
    }

    private static long[] grown(long[] from, int at) {
        long[] grown = Arrays.copyOf(from, Math.max(at + 2, 2 * from.length));
        for (int i = from.length; i < grown.length; i += 2) {
            grown[i] = Long.MAX_VALUE;
            grown[i + 1] = Long.MIN_VALUE;
        }
        return grown;
    }
}
