package io.omendb.state;

/**
 * How far a source was applied.
 *
 * @param offset the highest offset applied; -1 for none
 * @param timestampMs Kafka timestamp of that record, milliseconds since the epoch
 */
public record AppliedPosition(long offset, long timestampMs) {}
