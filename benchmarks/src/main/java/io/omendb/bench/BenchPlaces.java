package io.omendb.bench;

import io.omendb.index.background.OwnThreads;
import io.omendb.index.background.Processors;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where this process compiles while it searches and writes on the machine that it measures: on the
 * second half of the processors, as {@code ./omen up} has it for its own compilers. They work for
 * milliseconds, and an event loop of the stack that they keep from its processor waits for as long,
 * which is none of its doing. Linux, with {@code taskset}; elsewhere nothing changes.
 */
final class BenchPlaces implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BenchPlaces.class);
    private static final Processors ALL = Processors.allowed();
    private static final OwnThreads OWN = new OwnThreads(ProcessHandle.current().pid());
    private static final List<String> COMPILERS = List.of("C1 Compiler", "C2 Compiler");
    private static final long TIMEOUT_SECONDS = 2;

    private BenchPlaces() {}

    /** Compilers, and those they start, go to the second half until this is closed. */
    static BenchPlaces apart() {
        compilersTo(ALL.secondHalf());
        return new BenchPlaces();
    }

    private static void compilersTo(Processors where) {
        if (ALL.count() < 2) {
            return;
        }
        try {
            for (int thread : OWN.named(COMPILERS)) {
                taskset(where, thread);
            }
        } catch (IOException e) {
            LOG.info("compilers stay where they are: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** It may have ended meanwhile, so what fails does not matter. */
    private static void taskset(Processors where, int thread)
            throws IOException, InterruptedException {
        Process taskset =
                new ProcessBuilder(
                                "taskset", "-c", "-p", where.toString(), Integer.toString(thread))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            taskset.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        } finally {
            taskset.destroyForcibly();
        }
    }

    @Override
    public void close() {
        compilersTo(ALL);
    }
}
