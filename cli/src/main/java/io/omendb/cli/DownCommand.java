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
    private static final long POLL_MS = 100;

    /** From giving the directory up to the end of the process. */
    private static final long END_MS = 2_000;

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
        if (!hasStopped(process.get())) {
            throw new OmenException(
                    ErrorCode.TIMEOUT,
                    "process "
                            + process.get().pid()
                            + " did not stop in "
                            + STOP_SECONDS_MAX
                            + " s");
        }
        System.out.println("stopped process " + process.get().pid());
        return 0;
    }

    /**
     * Waits until the process has ended, or has given the directory up, the last thing that it
     * does: where nobody reaps it, it never ends to those who look.
     */
    private boolean hasStopped(ProcessHandle process) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS_MAX);
        while (System.nanoTime() < end) {
            if (hasEnded(process, POLL_MS)) {
                return true;
            }
            if (!StackDirectory.isHeld(directory)) {
                boolean unused = hasEnded(process, END_MS);
                return true;
            }
        }
        return false;
    }

    private static boolean hasEnded(ProcessHandle process, long withinMs)
            throws InterruptedException {
        try {
            ProcessHandle unused = process.onExit().get(withinMs, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException | ExecutionException e) {
            return false;
        }
    }
}
