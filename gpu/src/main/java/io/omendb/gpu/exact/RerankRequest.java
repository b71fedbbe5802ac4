package io.omendb.gpu.exact;

/**
 * One query of a batch and the rows to compare with it.
 *
 * @param query components
 * @param k rows wanted
 * @param rows numbers of rows in the table
 */
@SuppressWarnings("ArrayRecordComponent")
public record RerankRequest(float[] query, int k, int[] rows) {}
