package io.omendb.state;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.segment.Segment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Writes frozen segments to local disk on a thread of its own, so that their vectors leave the
 * heap. When more than {@link #QUEUE_MAX} wait, the task thread writes one itself: that slows the
 * stream, which is what a full disk queue should do.
 */
final class SegmentWriter implements AutoCloseable {
    private static final int QUEUE_MAX = 4;
    private static final long CLOSE_TIMEOUT_SECONDS = 30;

    private final Path directory;
    private final ThreadPoolExecutor thread;

    private SegmentWriter(Path directory, ThreadPoolExecutor thread) {
        this.directory = directory;
        this.thread = thread;
    }

    static SegmentWriter open(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "cannot create segment directory " + directory + ": " + e,
                    e);
        }
        ThreadPoolExecutor thread =
                new ThreadPoolExecutor(
                        1,
                        1,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUE_MAX),
                        runnable -> {
                            Thread created = new Thread(runnable, "omen-segment-writer");
                            created.setDaemon(true);
                            return created;
                        },
                        new ThreadPoolExecutor.CallerRunsPolicy());
        return new SegmentWriter(directory, thread);
    }

    Path directory() {
        return directory;
    }

    /**
     * Writes a frozen segment soon. A failure shows at the next checkpoint, which needs the files
     * and tries again.
     */
    void writeInBackground(Segment segment) {
        // The future keeps a failure: execute() would kill the thread with it.
        var unused =
                thread.submit(
                        () -> {
                            if (!segment.isUnwanted()) {
                                segment.store(directory);
                            }
                        });
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new OmenException(
                        ErrorCode.INTERNAL,
                        "segment writer did not end in " + CLOSE_TIMEOUT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        deleteDirectory();
    }

    private void deleteDirectory() {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(directory)) {
            List<Path> deepestFirst =
                    walk.sorted(Comparator.reverseOrder()).collect(Collectors.toList());
            for (Path path : deepestFirst) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete segment directory " + directory, e);
        }
    }
}
