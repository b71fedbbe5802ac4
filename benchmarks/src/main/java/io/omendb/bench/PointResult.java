package io.omendb.bench;

/**
 * What searches at one operating point cost and found.
 *
 * @param params the settings
 * @param recallAt10 mean share of the ten true nearest rows found
 * @param meanUs mean latency of one search, microseconds
 * @param p50Us median
 * @param p99Us 99th percentile
 * @param queriesPerS searches per second of all threads together
 * @param nsPerVector search time per row scanned, nanoseconds
 */
record PointResult(
        String params,
        double recallAt10,
        double meanUs,
        double p50Us,
        double p99Us,
        double queriesPerS,
        double nsPerVector) {}
