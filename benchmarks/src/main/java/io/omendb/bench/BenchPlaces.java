package io.omendb.bench;

import io.omendb.index.background.Processors;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final Path THREADS = Path.of("/proc/self/task");
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
            for (String thread : compilers()) {
                taskset(where, thread);
            }
        } catch (IOException e) {
            LOG.info("compilers stay where they are: {}", e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<String> compilers() throws IOException {
        List<String> found = new ArrayList<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(THREADS)) {
            for (Path thread : threads) {
                try {
                    String name = Files.readString(thread.resolve("comm"));
                    if (COMPILERS.stream().anyMatch(name::startsWith)) {
                        found.add(String.valueOf(thread.getFileName()));
                    }
                } catch (IOException e) {
                    // It has ended meanwhile.
                    continue;
                }
            }
        }
        return found;
    }

    /** It may have ended meanwhile, so what fails does not matter. */
    private static void taskset(Processors where, String thread)
            throws IOException, InterruptedException {
        Process taskset =
                new ProcessBuilder("taskset", "-c", "-p", where.toString(), thread)
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
