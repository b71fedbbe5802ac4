package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * The result of {@code bench peers}, as tables and as JSON.
 *
 * @param java the version of Java that ran all of it
 */
record PeersReport(int rows, int dimension, String metric, String java, List<Measured> systems) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double[] RECALL_TARGETS = {0.95, 0.99};

    /**
     * One system.
     *
     * @param index the kind of index and how it was built
     * @param memoryBytes heap and direct memory of the built index, without page cache
     * @param mappedBytes files it reads through memory maps, in the page cache
     */
    record Measured(
            String name,
            String version,
            String index,
            double buildRowsPerS,
            long memoryBytes,
            long mappedBytes,
            List<PointResult> points) {

        private List<RecallTarget> targets() {
            List<RecallTarget> targets = new ArrayList<>();
            for (double recall : RECALL_TARGETS) {
                RecallTarget target = RecallTarget.of(recall, points);
                if (target != null) {
                    targets.add(target);
                }
            }
            return targets;
        }

        private void print(PrintWriter out) {
            out.printf(
                    "%n%s %s, %s: built at %,.0f rows/s, %,.1f MB in memory, %,.1f MB mapped%n",
                    name, version, index, buildRowsPerS, memoryBytes / 1e6, mappedBytes / 1e6);
            PointResult.printAll(points, out);
        }

        private String at(double recall) {
            RecallTarget target = RecallTarget.of(recall, points);
            return target == null
                    ? name + " not reached"
                    : String.format("%s %,.1f µs", name, target.meanUs());
        }

        private void appendTo(ArrayNode list) {
            ObjectNode node =
                    list.addObject()
                            .put("name", name)
                            .put("version", version)
                            .put("index", index)
                            .put("build_rows_per_s", buildRowsPerS)
                            .put("memory_bytes", memoryBytes)
                            .put("mapped_bytes", mappedBytes);
            PointResult.appendAll(points, node.putArray("points"));
            ArrayNode at = node.putArray("at_recall");
            for (RecallTarget target : targets()) {
                at.addObject()
                        .put("recall_at_10", target.recallAt10())
                        .put("mean_us", target.meanUs())
                        .put("p99_us", target.p99Us());
            }
        }
    }

    void print(PrintWriter out) {
        out.printf(
                "%,d x %d, %s, java %s, one thread builds and one searches%n",
                rows, dimension, metric, java);
        systems.forEach(system -> system.print(out));
        out.println();
        for (double recall : RECALL_TARGETS) {
            out.printf(
                    "mean latency at recall@10 %.2f: %s%n",
                    recall, String.join(", ", systems.stream().map(s -> s.at(recall)).toList()));
        }
        out.flush();
    }

    ObjectNode toJson() {
        ObjectNode root =
                JSON.createObjectNode()
                        .put("rows", rows)
                        .put("dimension", dimension)
                        .put("metric", metric)
                        .put("java", java);
        ArrayNode list = root.putArray("systems");
        systems.forEach(system -> system.appendTo(list));
        return root;
    }
}
