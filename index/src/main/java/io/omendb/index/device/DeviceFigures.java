package io.omendb.index.device;

/**
 * What a device did so far.
 *
 * @param searches searches answered
 * @param batches times it ran, each for one or more searches
 * @param failures searches it gave back to the processor
 * @param builds codebooks trained and segments encoded
 * @param residentBytes device memory in use for segments
 * @param residentRows rows of those segments
 * @param budgetBytes device memory it may use for segments
 */
public record DeviceFigures(
        long searches,
        long batches,
        long failures,
        long builds,
        long residentBytes,
        long residentRows,
        long budgetBytes) {}
