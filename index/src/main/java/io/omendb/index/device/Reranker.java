package io.omendb.index.device;

import io.omendb.schema.Metric;

/**
 * Compares candidates with a query exactly. All implementations find the same rows, up to those
 * whose scores differ by less than float rounding: relative 1e-5, or for inner products 1e-5 of the
 * product of the norms.
 */
public interface Reranker {

    /**
     * The k best candidates; ties go to the first.
     *
     * @param query components, of unit length under the cosine metric
     * @param k at least 1
     * @throws DeviceException if it cannot be done here; then {@link SimdReranker} can
     */
    Ranking rerank(float[] query, Metric metric, int k, Candidates candidates)
            throws DeviceException;

    /** Name for logs and benchmark tables, such as {@code simd} or {@code cuda}. */
    String name();
}
