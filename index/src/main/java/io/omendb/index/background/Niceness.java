package io.omendb.index.background;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives threads that write and maintain a smaller share of the processor than those that search,
 * wherever both want it: the "nice" value of Linux, which is per thread there, is inherited by
 * threads started later, and may be raised without any rights. The JVM's own priorities do nothing
 * on Linux. Elsewhere, or without the programs {@code renice} and {@code nice}, nothing changes.
 */
public final class Niceness {
    public static final int MAX = 19;

    /**
     * Weighs about a third of a thread that searches. More makes searches hardly faster, and lets
     * the JVM's compilers, which keep their priority, hold up a fresh process that has much to
     * read.
     */
    public static final int DEFAULT = 5;

    private static final Logger LOG = LoggerFactory.getLogger(Niceness.class);
    private static final Path SELF = Path.of("/proc/thread-self");
    private static final List<Path> NICE = List.of(Path.of("/usr/bin/nice"), Path.of("/bin/nice"));
    private static final long TIMEOUT_SECONDS = 2;

    private Niceness() {}

    /**
     * Applies to the calling thread, and to threads it starts from now on.
     *
     * @param nice 0 to {@value #MAX}; 0 changes nothing
     */
    public static void apply(int nice) {
        if (nice == 0 || !Files.exists(SELF)) {
            return;
        }
        try {
            String thread = String.valueOf(Files.readSymbolicLink(SELF).getFileName());
            Process renice =
                    new ProcessBuilder("renice", "-n", Integer.toString(nice), "-p", thread)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (!renice.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || renice.exitValue() != 0) {
                LOG.info("{} keeps its priority: renice failed", Thread.currentThread().getName());
            }
        } catch (IOException e) {
            LOG.info("{} keeps its priority: {}", Thread.currentThread().getName(), e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The command that runs a command with this nice value, where there is one. */
    public static List<String> command(int nice, List<String> command) {
        for (Path program : NICE) {
            if (nice > 0 && Files.isExecutable(program)) {
                List<String> all =
                        new ArrayList<>(List.of(program.toString(), "-n", Integer.toString(nice)));
                all.addAll(command);
                return all;
            }
        }
        return command;
    }
}
