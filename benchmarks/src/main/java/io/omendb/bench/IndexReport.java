package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
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
        PointResult.printAll(points, out);
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
        PointResult.appendAll(points, root.putArray("points"));
        return root;
    }
}
