package io.omendb.record;

import io.omendb.OmenException;
import java.util.Arrays;

/**
 * A learned sparse vector: terms of a vocabulary and their weights. Arrays are not copied.
 *
 * @param indices ascending, at least 0, none twice
 * @param values a weight for each index, finite
 */
@SuppressWarnings("ArrayRecordComponent") // hundreds of entries a point
public record SparseVector(int[] indices, float[] values) {

    public SparseVector {
        if (indices.length != values.length) {
            throw new IllegalArgumentException(
                    indices.length + " indices and " + values.length + " values");
        }
    }

    /**
     * A vector as a client sent it.
     *
     * @throws OmenException MALFORMED where there are not as many values as indices
     */
    public static SparseVector sent(int[] indices, float[] values) {
        if (indices.length != values.length) {
            throw OmenException.malformed(
                    "sparse.values: found "
                            + values.length
                            + " values, expected as many as there are indices, "
                            + indices.length);
        }
        return new SparseVector(indices, values);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SparseVector that
                && Arrays.equals(indices, that.indices)
                && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(indices) + Arrays.hashCode(values);
    }
}
