package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.HdrHistogram.Histogram;

/**
 * The result of {@code bench stream}.
 *
 * @param rate asked for, vectors a second; infinite for max
 * @param rows rows in the shard at the end
 * @param before searches at rest before ingest, nanoseconds
 * @param during searches during ingest
 * @param after searches at rest with all rows
 * @param recall recall over all samples taken during ingest
 * @param recallWorst recall of the worst moment
 * @param recallNewest recall of neighbours among the newest 1 % of rows
 * @param freshness nanoseconds from the time a row was due to the time a search found it
 * @param layer what was measured
 */
record StreamReport(
        double rate,
        double achieved,
        long rows,
        Histogram before,
        Histogram during,
        Histogram after,
        double recall,
        double recallWorst,
        double recallNewest,
        Histogram freshness,
        Layer layer) {
    /**
     * What was measured.
     *
     * @param name {@code shard} or {@code e2e}
     * @param checkpoints completed during ingest
     */
    record Layer(String name, int checkpoints) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    void print(PrintWriter out) {
        out.printf(
                "%,.0f vectors/s of %s asked for; %,d rows at the end, java %s%n%n",
                achieved,
                Double.isInfinite(rate) ? "max" : String.format("%,.0f", rate),
                rows,
                System.getProperty("java.version"));
        out.printf(
                "%-28s %10s %10s %10s %10s%n", "searches", "count", "p50 µs", "p99 µs", "max µs");
        line(out, "at rest, before", before);
        line(out, "during ingest", during);
        line(out, "at rest, same rows", after);
        out.printf("%np99 during / at rest: %.2f%n", ratio());
        out.printf(
                "recall@10 %.4f, worst moment %.4f, newest 1 %% of rows %.4f%n",
                recall, recallWorst, recallNewest);
        out.printf(
                "freshness p50 %.3f ms, p99 %.3f ms, max %.3f ms over %,d rows%n",
                ms(freshness, 50),
                ms(freshness, 99),
                ms(freshness, 100),
                freshness.getTotalCount());
        if (layer.checkpoints() > 0) {
            out.printf("%d checkpoints during ingest%n", layer.checkpoints());
        }
        out.flush();
    }

    private static void line(PrintWriter out, String name, Histogram ns) {
        out.printf(
                "%-28s %,10d %10.1f %10.1f %10.1f%n",
                name, ns.getTotalCount(), us(ns, 50), us(ns, 99), us(ns, 100));
    }

    void writeJson(Path file) {
        ObjectNode root =
                JSON.createObjectNode().put("layer", layer.name()).put("achieved_per_s", achieved);
        if (Double.isInfinite(rate)) {
            root.put("rate", "max");
        } else {
            root.put("rate", rate);
        }
        root.put("rows", rows);
        root.putObject("rest").put("p50_us", us(after, 50)).put("p99_us", us(after, 99));
        root.putObject("rest_before").put("p50_us", us(before, 50)).put("p99_us", us(before, 99));
        root.putObject("during").put("p50_us", us(during, 50)).put("p99_us", us(during, 99));
        root.put("p99_ratio", ratio())
                .put("recall_at_10", recall)
                .put("recall_at_10_min", recallWorst)
                .put("recall_at_10_newest", recallNewest)
                .put("freshness_p50_ms", ms(freshness, 50))
                .put("freshness_p99_ms", ms(freshness, 99))
                .put("checkpoints", layer.checkpoints())
                .put("java", System.getProperty("java.version"));
        try {
            Files.writeString(file, root.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + file + ": " + e, e);
        }
    }

    private double ratio() {
        return us(during, 99) / us(after, 99);
    }

    private static double us(Histogram ns, double percentile) {
        return ns.getValueAtPercentile(percentile) / 1e3;
    }

    private static double ms(Histogram ns, double percentile) {
        return ns.getValueAtPercentile(percentile) / 1e6;
    }
}
