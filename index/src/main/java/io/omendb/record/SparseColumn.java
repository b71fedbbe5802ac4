package io.omendb.record;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Sparse vectors end to end, any of which may be null: a column of them without an object a row.
 * Immutable, as long as nobody writes to the arrays it was made of.
 */
public final class SparseColumn {
    private final int[] ends;
    private final int[] indices;
    private final float[] values;

    /**
     * Vectors that lie end to end.
     *
     * @param ends where each vector ends, and the next starts; for a null the complement ({@code
     *     ~}) of where the vector before ends; not copied
     * @param indices of all vectors; not copied
     * @param values a weight for each index; not copied
     * @throws IllegalArgumentException if the ends descend or lead outside the arrays
     */
    public SparseColumn(int[] ends, int[] indices, float[] values) {
        int end = 0;
        for (int value : ends) {
            int next = value < 0 ? ~value : value;
            if (next < end || next > indices.length || (value < 0 && next != end)) {
                throw new IllegalArgumentException(
                        "a vector ends at " + value + " after " + end + " of " + indices.length);
            }
            end = next;
        }
        if (values.length != indices.length) {
            throw new IllegalArgumentException(
                    indices.length + " indices and " + values.length + " values");
        }
        this.ends = ends;
        this.indices = indices;
        this.values = values;
    }

    /** How many vectors there are, nulls included. */
    public int size() {
        return ends.length;
    }

    public boolean isNull(int row) {
        return ends[row] < 0;
    }

    /** Entries of all vectors. */
    public int entries() {
        return ends.length == 0 ? 0 : end(ends.length - 1);
    }

    /** The ends, as the constructor takes them. */
    public int[] ends() {
        return ends;
    }

    /** The indices, as the constructor takes them; the first {@link #entries} are used. */
    public int[] indices() {
        return indices;
    }

    /** The values, as the constructor takes them; the first {@link #entries} are used. */
    public float[] values() {
        return values;
    }

    /** A copy of a vector, or null. */
    public @Nullable SparseVector get(int row) {
        return isNull(row)
                ? null
                : new SparseVector(
                        Arrays.copyOfRange(indices, start(row), end(row)),
                        Arrays.copyOfRange(values, start(row), end(row)));
    }

    /**
     * The vectors of some rows, in the order given.
     *
     * @param rows their numbers; the first {@code count} are used
     */
    public SparseColumn select(int[] rows, int count) {
        Builder selected = new Builder();
        for (int i = 0; i < count; i++) {
            if (isNull(rows[i])) {
                selected.add(null);
            } else {
                selected.add(indices, values, start(rows[i]), end(rows[i]) - start(rows[i]));
            }
        }
        return selected.build();
    }

    private int start(int row) {
        return row == 0 ? 0 : end(row - 1);
    }

    private int end(int row) {
        int end = ends[row];
        return end < 0 ? ~end : end;
    }

    /** Collects vectors. */
    public static final class Builder {
        private int[] ends = new int[4];
        private int[] indices = new int[16];
        private float[] values = new float[16];
        private int size;
        private int end;

        /** Adds a vector, or null. */
        public void add(@Nullable SparseVector vector) {
            if (vector == null) {
                addEnd(~end);
            } else {
                add(vector.indices(), vector.values(), 0, vector.indices().length);
            }
        }

        private void add(int[] fromIndices, float[] fromValues, int offset, int length) {
            if (indices.length - end < length) {
                int grown = Math.max(Math.addExact(end, length), 2 * end);
                indices = Arrays.copyOf(indices, grown);
                values = Arrays.copyOf(values, grown);
            }
            System.arraycopy(fromIndices, offset, indices, end, length);
            System.arraycopy(fromValues, offset, values, end, length);
            end += length;
            addEnd(end);
        }

        /** Vectors so far. */
        public int size() {
            return size;
        }

        /** Entries so far. */
        public int entries() {
            return end;
        }

        /** All vectors added. The builder must not be used afterwards. */
        public SparseColumn build() {
            return new SparseColumn(
                    Arrays.copyOf(ends, size),
                    Arrays.copyOf(indices, end),
                    Arrays.copyOf(values, end));
        }

        private void addEnd(int value) {
            if (size == ends.length) {
                ends = Arrays.copyOf(ends, 2 * size);
            }
            ends[size++] = value;
        }
    }
}
