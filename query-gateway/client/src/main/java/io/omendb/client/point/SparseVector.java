package io.omendb.client.point;

/**
 * A vector that is zero nearly everywhere.
 *
 * @param indices which components are not; 0 or more
 * @param values as many as indices
 */
public record SparseVector(int[] indices, float[] values) {
    /**
     * @throws IllegalArgumentException if there are not as many values as indices, or one is NaN or
     *     infinite
     */
    public SparseVector {
        if (indices.length != values.length) {
            throw new IllegalArgumentException(
                    "sparse: found "
                            + indices.length
                            + " indices and "
                            + values.length
                            + " values, expected as many of both");
        }
        Components.check("sparse.values", values);
    }
}
