package io.omendb.schema;

import io.omendb.OmenException;

/**
 * How far two vectors are apart. Every metric ranks by a <em>score</em> that kernels compute
 * cheaply, smaller is nearer, and reports a <em>distance</em> in the units of the contract.
 */
public enum Metric {
    /** Score: squared Euclidean distance. Distance: its root. */
    L2 {
        @Override
        public float distance(float score) {
            return (float) Math.sqrt(Math.max(0, score));
        }
    },
    /**
     * Vectors are normalised on arrival. Score: negated inner product. Distance: 1 − cosine
     * similarity.
     */
    COSINE {
        @Override
        public float distance(float score) {
            return Math.max(0, 1 + score);
        }
    },
    /** Score and distance: the negated inner product. */
    DOT {
        @Override
        public float distance(float score) {
            return score;
        }
    };

    /** The reported distance of a score. */
    public abstract float distance(float score);

    /** The name used in the API: {@code l2}, {@code cosine}, {@code dot}. */
    public String apiName() {
        return name().toLowerCase(java.util.Locale.ROOT);
    }

    /**
     * The metric of an API name.
     *
     * @throws OmenException INVALID if there is none
     */
    public static Metric ofApiName(String name) {
        for (Metric metric : values()) {
            if (metric.apiName().equals(name)) {
                return metric;
            }
        }
        throw OmenException.invalid(
                "metric: found \"" + name + "\", expected one of l2, cosine, dot");
    }
}
