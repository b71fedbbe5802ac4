package io.omendb.index.sparse;

/**
 * Walks the rows that have one term, in ascending order. It starts before the first. Used by one
 * thread.
 */
public abstract class PostingCursor {
    /** The row after the last. */
    public static final int END = Integer.MAX_VALUE;

    /** The present row; {@link #END} after the last. */
    public abstract int row();

    /**
     * Goes to the first row that is at least {@code target} and after the present one.
     *
     * @return that row, or {@link #END}
     */
    public abstract int advance(int target);

    /** Goes to the next row. */
    public final int next() {
        return row() == END ? END : advance(row() + 1);
    }

    /** How often the present row has the term, or with which weight. */
    public abstract float value();

    /** How many rows have the term. */
    public abstract int rows();

    /** Bounds of the values, and of the norms, of all rows. */
    public abstract Bounds bounds();

    /**
     * Looks at the block that a row would be in, without going there.
     *
     * @param target at least the present row
     * @return the last row of that block; {@link #END} after the last block
     */
    public abstract int seekBlock(int target);

    /** Bounds within the block last looked at. */
    public abstract Bounds blockBounds();

    /**
     * What no posting exceeds.
     *
     * @param valueMax highest value
     * @param valueMin lowest value
     * @param normMin lowest norm, that is the shortest text; see {@link FieldPostings#norm}
     */
    public record Bounds(float valueMax, float valueMin, byte normMin) {
        static final Bounds NONE = new Bounds(0, 0, (byte) 0);
    }
}
