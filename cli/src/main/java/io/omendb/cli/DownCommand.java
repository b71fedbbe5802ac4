package io.omendb.cli;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.stack.StackConfig;
import io.omendb.cli.stack.StackDirectory;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Stops the stack of a directory. */
@Command(
        name = "down",
        mixinStandardHelpOptions = true,
        description = "Stop the OmenDB that runs on a directory. Its data stays.")
final class DownCommand implements Callable<Integer> {
    private static final long STOP_SECONDS_MAX = 60;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Its directory (default: omen-data).")
    private Path directory = StackConfig.DIRECTORY_DEFAULT;

    @Override
    public Integer call() throws InterruptedException {
        // One that is starting does not say yet where it answers, and would do so in a moment.
        Optional<ProcessHandle> process =
                StackDirectory.running(directory)
                        .flatMap(StackDirectory.Running::process)
                        .or(() -> StackDirectory.holder(directory));
        if (process.isEmpty()) {
            System.out.println("no OmenDB runs on " + directory);
            return 0;
        }
        process.get().destroy();
        try {
            process.get().onExit().get(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            throw new OmenException(
                    ErrorCode.TIMEOUT,
                    "process "
                            + process.get().pid()
                            + " did not stop in "
                            + STOP_SECONDS_MAX
                            + " s",
                    e);
        }
        System.out.println("stopped process " + process.get().pid());
        return 0;
    }
}
