package io.omendb.gpu.exact;

/**
 * Rows found, best first.
 *
 * @param scores ascending
 * @param rows numbers of rows in the table
 */
@SuppressWarnings("ArrayRecordComponent")
public record RowList(float[] scores, long[] rows) {}
