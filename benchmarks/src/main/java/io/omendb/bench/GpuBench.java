package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gpu.cuda.CudaContext;
import io.omendb.index.device.DeviceException;
import io.omendb.index.device.SearchDevice;
import io.omendb.index.device.SearchDevices;
import io.omendb.schema.Metric;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench gpu}: exact search and re-ranking on the GPU of this machine. */
@Command(
        name = "gpu",
        description = {
            "Measure exact search and re-ranking on the GPU of this machine, over random vectors that"
                    + " are made on the way.",
            "Times are from handing a batch to the driver until its answers are in this process."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets required options and the spec
public final class GpuBench implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Spec CommandSpec spec;

    @Option(
            names = "--rows",
            defaultValue = "1000000",
            paramLabel = "N",
            description = "Rows; default ${DEFAULT-VALUE}.")
    int rows;

    @Option(
            names = "--dimension",
            defaultValue = "128",
            paramLabel = "D",
            description = "Components per vector; default ${DEFAULT-VALUE}.")
    int dimension;

    @Option(
            names = "--metric",
            defaultValue = "l2",
            paramLabel = "M",
            description = "l2 or dot; default ${DEFAULT-VALUE}.")
    String metric;

    @Option(
            names = "--k",
            defaultValue = "10",
            paramLabel = "K",
            description = "Rows wanted of each query; default ${DEFAULT-VALUE}.")
    int k;

    @Option(
            names = "--batches",
            defaultValue = "1,16,256,1024",
            split = ",",
            paramLabel = "Q",
            description = "Queries at a time; default ${DEFAULT-VALUE}.")
    int[] batches;

    @Option(
            names = "--runs",
            defaultValue = "30",
            paramLabel = "N",
            description = "Runs of each, of which the median is told; default ${DEFAULT-VALUE}.")
    int runs;

    @Option(
            names = "--segments",
            defaultValue = "10",
            paramLabel = "N",
            description = "Segments that the rows are in; default ${DEFAULT-VALUE}.")
    int segments;

    @Option(names = "--rerank", description = "Also measure re-ranking, beside the processor.")
    boolean rerank;

    @Option(
            names = "--index",
            description = "Also measure training and encoding an index, beside the processor.")
    boolean index;

    @Option(
            names = "--planner",
            description = {
                "Instead measure searches of a shard on either, alone and many at a time, and where"
                        + " the planner sends them."
            })
    boolean planner;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() {
        boolean l2 = Metric.ofApiName(metric) == Metric.L2;
        PrintWriter out = spec.commandLine().getOut();
        ObjectNode report = JSON.createObjectNode();
        try {
            if (planner) {
                plan(out, report);
            } else {
                measure(l2, out, report);
            }
        } finally {
            // Also what was measured before something failed.
            if (json != null) {
                write(json, report);
            }
        }
        return 0;
    }

    private void plan(PrintWriter out, ObjectNode report) {
        SearchDevice device = SearchDevices.shared();
        if (device == null) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "bench gpu: no GPU to measure: " + SearchDevices.absence());
        }
        report.put("device", device.name()).put("rows", rows).put("dimension", dimension);
        out.printf("%s: %,d x %d%n", device.name(), rows, dimension);
        try {
            new GpuPlannerRun(device, rows, dimension).run(out, report.putArray("planner"));
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "bench gpu: " + e.getMessage(), e);
        }
    }

    private void measure(boolean l2, PrintWriter out, ObjectNode report) {
        try (CudaContext context = CudaContext.open()) {
            context.use();
            report.put("device", context.name()).put("rows", rows).put("dimension", dimension);
            try (GpuRows data = GpuRows.upload(context, rows, dimension, segments, l2)) {
                out.printf("%s: %s%n", context.name(), data.summary());
                out.flush();
                GpuExactRun exact = new GpuExactRun(context, data, l2, k, runs);
                ArrayNode points = report.putArray("exact");
                exact.run(batches, out, points);
                if (rerank) {
                    new GpuRerankRun(context, data, l2, k, runs)
                            .run(out, report.putArray("rerank"));
                }
                if (index) {
                    new GpuIndexRun(context, data).run(out, report.putObject("index"));
                }
            }
        } catch (DeviceException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "bench gpu: no GPU to measure: " + e.getMessage(), e);
        }
    }

    private static void write(Path path, ObjectNode report) {
        try {
            JSON.writerWithDefaultPrettyPrinter().writeValue(path.toFile(), report);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write " + path + ": " + e, e);
        }
    }
}
