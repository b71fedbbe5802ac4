package io.omendb.bench;

import io.omendb.OmenException;
import io.omendb.bench.stack.FaultsBench;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bench}: all benchmarks. {@code ./omen} mounts it; it also runs by itself. */
@Command(
        name = "bench",
        description = "Measure OmenDB.",
        mixinStandardHelpOptions = true,
        subcommands = {
            IndexBench.class,
            StreamBench.class,
            DrainBench.class,
            HttpBench.class,
            SaturateBench.class,
            HybridBench.class,
            TokensBench.class,
            FilterBench.class,
            RunbookBench.class,
            PeersBench.class,
            DataBench.class,
            KernelsBench.class,
            GpuBench.class,
            FaultsBench.class,
            CheckpointsBench.class
        })
public final class BenchCommand implements Runnable {
    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandLine.Model.CommandSpec spec;

    /** Runs one benchmark and exits: 0 only on success. */
    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        return new CommandLine(new BenchCommand())
                .setExecutionExceptionHandler(BenchCommand::explain);
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(
                spec.commandLine(), "bench: name the benchmark to run");
    }

    /** What the user can put right is told in one line; anything else keeps its stack trace. */
    static int explain(Exception failure, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        if (failure instanceof OmenException) {
            command.getErr().println(failure.getMessage());
            return command.getCommandSpec().exitCodeOnExecutionException();
        }
        throw failure;
    }
}
