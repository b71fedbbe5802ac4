package io.omendb.cli.stack;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.index.file.FolderTree;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The directory of a stack. Held under a lock that the operating system frees when the process
 * ends, however it ends. The lock's file says which process that is, and once it has started
 * another one where it answers.
 */
public final class StackDirectory implements AutoCloseable {
    private static final String LOCK = "omen.lock";
    private static final String RUNNING = "running.json";

    /** How far the clock may have been set meanwhile. */
    private static final long CLOCK_MS = 600_000;

    private static final long LOOKED_AT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

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
     * @param certificate the PEM file of the certificate that the gateway shows; null where it does
     *     not speak TLS, and in what was written before there was any
     * @param ready whether it has been able to answer searches since it was started
     */
    public record Running(
            long pid,
            long startedMs,
            String url,
            String bootstrapServers,
            String flink,
            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String certificate,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean ready) {

        /** What this process announces, to processes in other working directories, too. */
        static Running here(
                String url, String bootstrapServers, String flink, @Nullable Path certificate) {
            Holder here = Holder.here();
            return new Running(
                    here.pid(),
                    here.startedMs(),
                    url,
                    bootstrapServers,
                    flink,
                    certificate == null ? null : certificate.toAbsolutePath().toString(),
                    false);
        }

        Running nowReady() {
            return new Running(pid, startedMs, url, bootstrapServers, flink, certificate, true);
        }

        /**
         * The certificate by which this machine knows the gateway, whatever name it is for; null
         * where it does not speak TLS.
         */
        public @Nullable Path certificateFile() {
            return certificate == null ? null : Path.of(certificate);
        }

        /** The process, if it is still the one. */
        public Optional<ProcessHandle> process() {
            return new Holder(pid, startedMs).process();
        }
    }

    /** The process that has the lock; as in {@link Running}. */
    private record Holder(long pid, long startedMs) {

        static Holder here() {
            ProcessHandle here = ProcessHandle.current();
            return new Holder(here.pid(), started(here));
        }

        private static long started(ProcessHandle process) {
            return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
        }

        /** As the system counts from its clock, which may be set, this is not exact. */
        private boolean startedThen(ProcessHandle process) {
            long then = started(process);
            return then == 0 || Math.abs(then - startedMs) <= CLOCK_MS;
        }

        Optional<ProcessHandle> process() {
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
        if (!lockSoon(channel, path)) {
            free(channel, path);
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "directory "
                            + path.toAbsolutePath()
                            + " is in use by another OmenDB: stop it with ./omen down --dir "
                            + path);
        }
        try {
            // Of one that was killed: it would be taken for what runs here until that announces
            // itself.
            Files.deleteIfExists(path.resolve(RUNNING));
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(JSON.writeValueAsBytes(Holder.here())));
        } catch (IOException e) {
            free(channel, path);
            throw new OmenException(ErrorCode.EXTERNAL, "cannot write to " + path + ": " + e, e);
        }
        return new StackDirectory(path, channel);
    }

    /**
     * The process that has a directory, which may still be starting; empty if none has it. To be
     * asked by others only: where a lock is the process's, as on POSIX, asking gives up its own.
     *
     * @throws OmenException CONFLICT if one took it just now and does not yet say which it is
     */
    public static Optional<ProcessHandle> holder(Path path) {
        Path file = path.resolve(LOCK);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (tryLock(channel, path)) {
                return Optional.empty();
            }
            return Optional.of(
                    JSON.readValue(Files.readAllBytes(file), Holder.class).process().orElseThrow());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException | NoSuchElementException e) {
            throw new OmenException(
                    ErrorCode.CONFLICT,
                    "an OmenDB that is just starting has directory "
                            + path.toAbsolutePath()
                            + ": try again",
                    e);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + file + ": " + e, e);
        }
    }

    /**
     * Whether a process has a directory. That one could not ask: as with {@link #holder}.
     *
     * @throws OmenException EXTERNAL if that cannot be found out
     */
    public static boolean isHeld(Path path) {
        // To look takes no right to write; a lock that others may have, too, gives way to no other.
        try (FileChannel channel = FileChannel.open(path.resolve(LOCK), StandardOpenOption.READ)) {
            return channel.tryLock(0, Long.MAX_VALUE, true) == null;
        } catch (NoSuchFileException e) {
            return false;
        } catch (OverlappingFileLockException e) {
            return true;
        } catch (AccessDeniedException e) {
            return true; // it is not known, and the process is there
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "cannot read " + path.resolve(LOCK) + ": " + e, e);
        }
    }

    /**
     * The stack that runs on a directory, if one does. A process that has ended and is left
     * unreaped (as in containers whose first process reaps none), or another that has its id now,
     * does not have the lock.
     */
    public static Optional<Running> running(Path path) {
        try {
            Running running =
                    JSON.readValue(Files.readAllBytes(path.resolve(RUNNING)), Running.class);
            boolean own = running.pid() == ProcessHandle.current().pid();
            return running.process().isPresent() && (own || isHeld(path))
                    ? Optional.of(running)
                    : Optional.empty();
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
        try {
            FolderTree.delete(folder);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot empty " + folder + ": " + e, e);
        }
    }

    @Override
    public void close() {
        try {
            Files.deleteIfExists(path.resolve(RUNNING));
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot free " + path + ": " + e, e);
        } finally {
            free(channel, path);
        }
    }

    /** Whoever looks whether it is held has it for a moment. */
    private static boolean lockSoon(FileChannel channel, Path path) {
        long end = System.nanoTime() + LOOKED_AT_NANOS;
        while (!tryLock(channel, path)) {
            if (System.nanoTime() > end) {
                return false;
            }
            LockSupport.parkNanos(LOOKED_AT_NANOS / 20);
        }
        return true;
    }

    private static boolean tryLock(FileChannel channel, Path path) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot lock " + path + ": " + e, e);
        }
    }

    private static void free(FileChannel channel, Path path) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot free " + path + ": " + e, e);
        }
    }
}
