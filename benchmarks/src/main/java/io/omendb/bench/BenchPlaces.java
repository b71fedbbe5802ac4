package io.omendb.bench;

import io.omendb.index.background.Processors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process runs while it searches and writes on the machine that it measures: threads
 * that search on the first half of the processors, where the event loops are that they talk to; all
 * others, which make rows, send them and compile, on the second, as {@code ./omen up} places what
 * takes the rows in. Clients on machines of their own would take no processor from searches either.
 * Linux, with {@code taskset}; elsewhere nothing changes.
 */
final class BenchPlaces implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BenchPlaces.class);
    private static final Processors ALL = Processors.allowed();
    private static final Path SELF = Path.of("/proc/thread-self");
    private static final long TIMEOUT_SECONDS = 2;

    /** A command may fail because a thread ended meanwhile. */
    private static final int TRIES = 3;

    private volatile boolean apart;

    private BenchPlaces(boolean apart) {
        this.apart = apart;
    }

    /** All threads go to the second half; those that search are to say so. */
    static BenchPlaces apart() {
        boolean several = ALL.count() > 1;
        if (several) {
            allTo(ALL.secondHalf());
        }
        return new BenchPlaces(several);
    }

    /** All stay where they are. */
    static BenchPlaces anywhere() {
        return new BenchPlaces(false);
    }

    /** The calling thread searches. */
    void searching() {
        if (!apart) {
            return;
        }
        try {
            Path thread = Files.readSymbolicLink(SELF).getFileName();
            taskset("-c", "-p", ALL.firstHalf().toString(), String.valueOf(thread));
        } catch (IOException e) {
            LOG.info("a search runs with the writer: {}", e.toString());
        }
    }

    private static void allTo(Processors where) {
        String process = Long.toString(ProcessHandle.current().pid());
        boolean done = false;
        for (int i = 0; i < TRIES && !done; i++) {
            done = taskset("-a", "-c", "-p", where.toString(), process);
        }
    }

    private static boolean taskset(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = "taskset";
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        try {
            Process taskset =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            boolean ended = taskset.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            taskset.destroyForcibly();
            return ended && taskset.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        if (apart) {
            apart = false;
            allTo(ALL);
        }
    }
}
