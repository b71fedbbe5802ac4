package io.omendb.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.bench.kernels.DistanceBenchmark;
import io.omendb.index.kernel.Kernels;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench kernels}: the inner loops by themselves, measured by JMH. */
@Command(
        name = "kernels",
        description = "Measure the inner loops by themselves, with JMH.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
@SuppressWarnings("NullAway.Init") // picocli sets the spec and what has a default
public final class KernelsBench implements Callable<Integer> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PACKAGE = DistanceBenchmark.class.getPackageName();

    @Spec CommandSpec spec;

    @Option(
            names = "--only",
            defaultValue = "",
            paramLabel = "REGEX",
            description =
                    "Run only benchmarks whose class and method match, such as Distance.*dot.")
    Pattern only;

    @Option(
            names = {"-f", "--forks"},
            defaultValue = "1",
            paramLabel = "N",
            description =
                    "JVMs to run each benchmark in, one after another; 0 is this one, which is quick and"
                            + " less exact. Default ${DEFAULT-VALUE}.")
    int forks;

    @Option(
            names = "--warmup",
            defaultValue = "3",
            paramLabel = "N",
            description = "Iterations to warm up; default ${DEFAULT-VALUE}.")
    int warmup;

    @Option(
            names = "--iterations",
            defaultValue = "5",
            paramLabel = "N",
            description = "Iterations to measure; default ${DEFAULT-VALUE}.")
    int iterations;

    @Option(
            names = "--seconds",
            defaultValue = "1",
            paramLabel = "S",
            description = "Seconds of an iteration; default ${DEFAULT-VALUE}.")
    double seconds;

    @Option(names = "--json", paramLabel = "OUT", description = "Also write the result here.")
    @Nullable Path json;

    @Override
    public Integer call() {
        Workload.requireAtLeastOne("--iterations", iterations);
        Collection<RunResult> results = run();
        print(results, new PrintWriter(spec.commandLine().getOut(), true));
        if (json != null) {
            Workload.writeJson(json, toJson(results));
        }
        return 0;
    }

    /** Forks run with the flags of this JVM; the module is named again for one without flags. */
    private Collection<RunResult> run() {
        TimeValue time = TimeValue.microseconds(Math.max(1, (long) (seconds * 1e6)));
        ChainedOptionsBuilder options =
                new OptionsBuilder()
                        .include("^" + PACKAGE.replace(".", "\\.") + "\\..*" + only)
                        .forks(forks)
                        .warmupIterations(warmup)
                        .warmupTime(time)
                        .measurementIterations(iterations)
                        .measurementTime(time)
                        .jvmArgsAppend("--add-modules=jdk.incubator.vector")
                        .shouldFailOnError(true);
        try {
            return new Runner(options.build()).run();
        } catch (NoBenchmarksException e) {
            throw new OmenException(
                    ErrorCode.INVALID, "--only: \"" + only + "\" matches no benchmark", e);
        } catch (RunnerException e) {
            throw new OmenException(ErrorCode.INTERNAL, "JMH: " + e.getMessage(), e);
        }
    }

    private static void print(Collection<RunResult> results, PrintWriter out) {
        out.printf("%nkernel %s, java %s%n", Kernels.active().name(), java());
        out.printf("%-32s %-20s %12s %12s%n", "benchmark", "params", "score", "± error");
        for (RunResult result : results) {
            Result<?> score = result.getPrimaryResult();
            double error = score.getScoreError(); // not a number after few iterations
            out.printf(
                    "%-32s %-20s %12.2f %12s %s%n",
                    name(result.getParams()),
                    params(result.getParams()),
                    score.getScore(),
                    Double.isNaN(error) ? "" : String.format("%.2f", error),
                    score.getScoreUnit());
        }
        out.flush();
    }

    private static ObjectNode toJson(Collection<RunResult> results) {
        ObjectNode root =
                JSON.createObjectNode().put("kernel", Kernels.active().name()).put("java", java());
        ArrayNode list = root.putArray("benchmarks");
        for (RunResult result : results) {
            Result<?> score = result.getPrimaryResult();
            double error = score.getScoreError(); // not a number after few iterations
            list.addObject()
                    .put("benchmark", name(result.getParams()))
                    .put("params", params(result.getParams()))
                    .put("score", score.getScore())
                    .put("error", Double.isNaN(error) ? null : error)
                    .put("unit", score.getScoreUnit());
        }
        return root;
    }

    private static String name(BenchmarkParams params) {
        return params.getBenchmark().substring(PACKAGE.length() + 1);
    }

    private static String params(BenchmarkParams params) {
        return params.getParamsKeys().stream()
                .map(key -> key + "=" + params.getParam(key))
                .reduce((one, other) -> one + " " + other)
                .orElse("");
    }

    private static String java() {
        return System.getProperty("java.version", "unknown");
    }
}
