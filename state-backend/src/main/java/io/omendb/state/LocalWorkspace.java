package io.omendb.state;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.background.Niceness;
import io.omendb.index.background.Pace;
import io.omendb.index.device.SearchDevices;
import io.omendb.index.file.FolderTree;
import io.omendb.index.shard.ShardEnvironment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the shards of one subtask share: a directory for their segments and a thread that maintains
 * them. The queue needs no bound of its own, since a shard has at most one task in it; a shard
 * whose segments wait too long for the disk makes its writer wait.
 */
final class LocalWorkspace implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalWorkspace.class);
    private static final long CLOSE_TIMEOUT_SECONDS = 30;

    /** Weighs about a third of a thread that applies rows. */
    private static final int BACKGROUND_NICER = 5;

    private final Path directory;
    private final ThreadPoolExecutor thread;
    private final Pace pace = new Pace();

    /** The owner, and every snapshot that still reads or writes files here. */
    private final AtomicInteger users = new AtomicInteger(1);

    private LocalWorkspace(Path directory, ThreadPoolExecutor thread) {
        this.directory = directory;
        this.thread = thread;
    }

    static LocalWorkspace open(Path directory) {
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
                        new LinkedBlockingQueue<>(),
                        runnable -> {
                            Thread created = new Thread(runnable, "omen-maintenance");
                            created.setDaemon(true);
                            return created;
                        });
        return new LocalWorkspace(directory, thread);
    }

    Path directory() {
        return directory;
    }

    ShardEnvironment environment() {
        return new ShardEnvironment(directory, thread, pace, SearchDevices.shared());
    }

    /**
     * Lowers the priority of the thread that works in the background.
     *
     * @param nice that of the threads that apply rows, which go first: rows are waited for
     */
    void makeWay(int nice) {
        int later = nice == 0 ? 0 : Math.min(Niceness.MAX, nice + BACKGROUND_NICER);
        thread.execute(() -> Niceness.apply(later));
    }

    /** How work in the background makes way for searches. */
    Pace pace() {
        return pace;
    }

    /** Keeps the directory until {@link #release}, even beyond {@link #close}. */
    void retain() {
        users.incrementAndGet();
    }

    /** The last one to need the directory deletes it. */
    void release() {
        if (users.decrementAndGet() == 0) {
            deleteDirectory();
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new OmenException(
                        ErrorCode.INTERNAL,
                        "maintenance did not end in " + CLOSE_TIMEOUT_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            release();
        }
    }

    private void deleteDirectory() {
        try {
            FolderTree.delete(directory);
        } catch (IOException e) {
            LOG.warn("cannot delete segment directory {}", directory, e);
        }
    }
}
