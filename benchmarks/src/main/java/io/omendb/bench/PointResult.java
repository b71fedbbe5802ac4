package io.omendb.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.util.List;

/**
 * What searches at one operating point cost and found.
 *
 * @param params the settings
 * @param recallAt10 mean share of the ten true nearest rows found
 * @param meanUs mean latency of one search, microseconds
 * @param p50Us median
 * @param p99Us 99th percentile
 * @param queriesPerS searches per second of all threads together
 * @param nsPerVector search time per row scanned, nanoseconds; 0 where rows are not counted
 */
record PointResult(
        String params,
        double recallAt10,
        double meanUs,
        double p50Us,
        double p99Us,
        double queriesPerS,
        double nsPerVector) {

    /** Prints a table with a head. */
    static void printAll(List<PointResult> points, PrintWriter out) {
        out.printf(
                "%-16s %10s %12s %12s %12s %12s %10s%n",
                "params", "recall@10", "mean µs", "p50 µs", "p99 µs", "queries/s", "ns/vector");
        for (PointResult point : points) {
            out.printf(
                    "%-16s %10.4f %12.1f %12.1f %12.1f %12.1f %10s%n",
                    point.params,
                    point.recallAt10,
                    point.meanUs,
                    point.p50Us,
                    point.p99Us,
                    point.queriesPerS,
                    point.nsPerVector == 0 ? "" : String.format("%.1f", point.nsPerVector));
        }
    }

    static void appendAll(List<PointResult> points, ArrayNode list) {
        for (PointResult point : points) {
            list.addObject()
                    .put("params", point.params)
                    .put("recall_at_10", point.recallAt10)
                    .put("mean_us", point.meanUs)
                    .put("p50_us", point.p50Us)
                    .put("p99_us", point.p99Us)
                    .put("queries_per_s", point.queriesPerS)
                    .put("ns_per_vector", point.nsPerVector);
        }
    }
}
