package io.omendb.cli.stack;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a stack. Held under a lock that the operating system frees when the process
 * ends, however it ends; a file in it says which process that is and where it answers.
 */
public final class StackDirectory implements AutoCloseable {
    private static final String LOCK = "omen.lock";
    private static final String RUNNING = "running.json";

    /** How far the clock may have been set meanwhile. */
    private static final long CLOCK_MS = 600_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path path;
    private final FileChannel channel;

    private StackDirectory(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /**
     * A running stack.
     *
     * @param pid process
     * @param startedMs when the process started, by the operating system: another one may get its
     *     id after it; 0 where that is not known
     * @param url where the gateway answers
     * @param bootstrapServers the broker
     * @param flink Flink's REST address
     */
    public record Running(
            long pid, long startedMs, String url, String bootstrapServers, String flink) {

        /** What this process announces. */
        static Running here(String url, String bootstrapServers, String flink) {
            ProcessHandle here = ProcessHandle.current();
            return new Running(here.pid(), started(here), url, bootstrapServers, flink);
        }

        private static long started(ProcessHandle process) {
            return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        }

        /** As the system counts from its clock, which may be set, this is not exact. */
        private boolean startedThen(ProcessHandle process) {
            long then = started(process);
            return then == 0 || Math.abs(then - startedMs) <= CLOCK_MS;
        }

        /** The process, if it is still the one. */
        public Optional<ProcessHandle> process() {
            return ProcessHandle.of(pid)
                    .filter(ProcessHandle::isAlive)
                    .filter(found -> startedMs == 0 || startedThen(found));
        }
    }

    /**
     * Takes a directory; makes it if missing.
     *
     * @throws OmenException CONFLICT if another process has it; EXTERNAL if it cannot be written
     */
    public static StackDirectory lock(Path path) {
        FileChannel channel;
        try {
            Files.createDirectories(path);
            channel =
                    FileChannel.open(
                            path.resolve(LOCK),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "cannot write to directory " + path.toAbsolutePath() + ": " + e,
                    e);
        }
        if (!tryLock(channel, path)) {
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "directory "
                            + path.toAbsolutePath()
                            + " is in use by another OmenDB: stop it with ./omen down --dir "
                            + path);
        }
        return new StackDirectory(path, channel);
    }

    /** The stack that runs on a directory, if one does. */
    public static Optional<Running> running(Path path) {
        try {
            Running running =
                    JSON.readValue(Files.readAllBytes(path.resolve(RUNNING)), Running.class);
            return running.process().isPresent() ? Optional.of(running) : Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "cannot read " + path.resolve(RUNNING) + ": " + e, e);
        }
    }

    /** Says what runs here. */
    void announce(Running running) {
        try {
            Path temporary = path.resolve(RUNNING + ".tmp");
            Files.write(temporary, JSON.writeValueAsBytes(running));
            Files.move(temporary, path.resolve(RUNNING), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write to " + path + ": " + e, e);
        }
    }

    /** Deletes a folder that earlier runs may have left behind, of which none runs now. */
    static void clear(Path folder) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot empty " + folder + ": " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(path.resolve(RUNNING));
            channel.close();
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot free " + path + ": " + e, e);
        }
    }

    private static boolean tryLock(FileChannel channel, Path path) {
        @Nullable FileLock lock = null;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot lock " + path + ": " + e, e);
        }
        if (lock == null) {
            try {
                channel.close();
            } catch (IOException e) {
                throw new OmenException(ErrorCode.EXTERNAL, "cannot free " + path + ": " + e, e);
            }
        }
        return lock != null;
    }
}
