package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The result of {@code bench index}, as a table and as JSON.
 *
 * @param memoryBytes heap and off-heap bytes the built index takes, without page cache
 * @param indexBytesPerRow the same without raw vectors, per row
 */
record IndexReport(
        int rows,
        int dimension,
        String index,
        int threads,
        String java,
        String kernel,
        double buildRowsPerS,
        long memoryBytes,
        double indexBytesPerRow,
        List<PointResult> points) {

    private static final ObjectMapper JSON = new ObjectMapper();

    void print(PrintWriter out) {
        out.printf(
                "%s over %,d x %d: built at %,.0f rows/s, %,.1f MB (%.1f bytes/row without vectors), "
                        + "java %s, kernel %s, %d search thread(s)%n%n",
                index,
                rows,
                dimension,
                buildRowsPerS,
                memoryBytes / 1e6,
                indexBytesPerRow,
                java,
                kernel,
                threads);
        out.printf(
                "%-16s %10s %12s %12s %12s %12s %10s%n",
                "params", "recall@10", "mean µs", "p50 µs", "p99 µs", "queries/s", "ns/vector");
        for (PointResult point : points) {
            out.printf(
                    "%-16s %10.4f %12.1f %12.1f %12.1f %12.1f %10.1f%n",
                    point.params(),
                    point.recallAt10(),
                    point.meanUs(),
                    point.p50Us(),
                    point.p99Us(),
                    point.queriesPerS(),
                    point.nsPerVector());
        }
        out.flush();
    }

    ObjectNode toJson() {
        ObjectNode root =
                JSON.createObjectNode()
                        .put("rows", rows)
                        .put("dimension", dimension)
                        .put("index", index)
                        .put("threads", threads)
                        .put("java", java)
                        .put("kernel", kernel)
                        .put("build_rows_per_s", buildRowsPerS)
                        .put("memory_bytes", memoryBytes)
                        .put("index_bytes_per_row", indexBytesPerRow);
        ArrayNode list = root.putArray("points");
        for (PointResult point : points) {
            list.addObject()
                    .put("params", point.params())
                    .put("recall_at_10", point.recallAt10())
                    .put("mean_us", point.meanUs())
                    .put("p50_us", point.p50Us())
                    .put("p99_us", point.p99Us())
                    .put("queries_per_s", point.queriesPerS())
                    .put("ns_per_vector", point.nsPerVector());
        }
        return root;
    }

    void writeJson(Path file) {
        try {
            Files.writeString(file, toJson().toPrettyString() + "\n");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }
}
