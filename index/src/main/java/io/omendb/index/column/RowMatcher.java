package io.omendb.index.column;

import java.util.BitSet;
import java.util.function.IntPredicate;

/**
 * A condition bound to the columns of one segment, for one query: tests single rows, guesses how
 * many there are, and lists them. A search that meets few candidates tests those; one that has few
 * matches lists them. Used by one thread.
 */
public abstract class RowMatcher {
    /** Rows looked at to guess how many match. */
    private static final int SAMPLE = 2048;

    private final int rows;

    /**
     * A condition.
     *
     * @param rows rows 0 to this, exclusive, are asked about
     */
    protected RowMatcher(int rows) {
        this.rows = rows;
    }

    /** Whether a row meets the condition. Allocates nothing. */
    public abstract boolean matches(int row);

    /** About how many rows do; exact where an index tells. */
    public int estimate() {
        if (rows <= SAMPLE) {
            int found = 0;
            for (int row = 0; row < rows; row++) {
                found += matches(row) ? 1 : 0;
            }
            return found;
        }
        int found = 0;
        for (int i = 0; i < SAMPLE; i++) {
            found += matches((int) ((long) i * rows / SAMPLE)) ? 1 : 0;
        }
        return (int) ((long) found * rows / SAMPLE);
    }

    /** The rows that do. The caller owns the result. */
    public BitSet rows() {
        BitSet matches = new BitSet(rows);
        for (int row = 0; row < rows; row++) {
            if (matches(row)) {
                matches.set(row);
            }
        }
        return matches;
    }

    /** Rows that are asked about. */
    protected final int rowCount() {
        return rows;
    }

    /** A condition that nothing but a test of each row can tell. */
    static RowMatcher testing(int rows, IntPredicate test) {
        return new RowMatcher(rows) {
            @Override
            public boolean matches(int row) {
                return test.test(row);
            }
        };
    }
}
