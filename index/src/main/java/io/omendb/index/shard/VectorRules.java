package io.omendb.index.shard;

import io.omendb.OmenException;
import io.omendb.index.kernel.Kernels;
import io.omendb.schema.CollectionSchema;
import io.omendb.schema.Metric;

/** What a vector must be to fit a collection. */
final class VectorRules {

    private VectorRules() {}

    /**
     * Checks a vector and brings it into the form that kernels compare: of unit length under the
     * cosine metric, unchanged (and not copied) under the others.
     *
     * @param name what the vector is called in the error
     * @throws OmenException INVALID for a wrong dimension, a component that is not finite, or a
     *     zero vector under cosine
     */
    static float[] prepare(CollectionSchema schema, float[] vector, String name) {
        if (vector.length != schema.dimension()) {
            throw OmenException.invalid(
                    name
                            + ": found "
                            + vector.length
                            + " components, expected "
                            + schema.dimension());
        }
        float norm = Kernels.active().dot(vector, 0, vector, 0, vector.length);
        if (!Float.isFinite(norm)) {
            checkFinite(vector, name);
        }
        return schema.metric() == Metric.COSINE ? unit(vector, name) : vector;
    }

    private static void checkFinite(float[] vector, String name) {
        for (int i = 0; i < vector.length; i++) {
            if (!Float.isFinite(vector[i])) {
                throw OmenException.invalid(
                        name + "[" + i + "]: found " + vector[i] + ", expected a finite number");
            }
        }
    }

    /** In double precision: the squares of large or tiny components leave the range of float. */
    private static float[] unit(float[] vector, String name) {
        double squares = 0;
        for (float component : vector) {
            squares += (double) component * component;
        }
        if (squares == 0) {
            throw OmenException.invalid(
                    name + ": found a zero vector, which has no direction under cosine");
        }
        double scale = 1 / Math.sqrt(squares);
        float[] unit = new float[vector.length];
        for (int i = 0; i < vector.length; i++) {
            unit[i] = (float) (vector[i] * scale);
        }
        return unit;
    }
}
