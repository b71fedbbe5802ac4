package io.omendb.index.device;

/**
 * The best of some rows.
 *
 * @param size how many
 * @param scores ascending; see {@link io.omendb.schema.Metric}
 * @param segments for each, which of the segments asked for it is in
 * @param rows for each, its ordinal there
 */
@SuppressWarnings("ArrayRecordComponent")
public record Ranking(int size, float[] scores, int[] segments, int[] rows) {}
