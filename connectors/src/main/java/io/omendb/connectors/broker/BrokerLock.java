package io.omendb.connectors.broker;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/**
 * Says whether a broker lives in a directory. A lock rather than a process id: the kernel releases
 * it at the death of the process, also where a container leaves the dead unreaped.
 */
record BrokerLock(Path file) {
    private static final long MAX_PREVIOUS_STOP_SECONDS = 20;
    private static final int POLL_MS = 20;

    /** Takes the lock for this process; closing the channel gives it back. */
    FileChannel hold() throws IOException {
        FileChannel channel = open();
        try {
            if (channel.tryLock() == null) {
                throw new IOException("Another broker has locked " + file);
            }
            String pid = Long.toString(ProcessHandle.current().pid());
            channel.truncate(0).write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.UTF_8)));
            return channel;
        } catch (Throwable e) {
            channel.close();
            throw e;
        }
    }

    /**
     * Waits until the last child has ended. A child whose parent was killed ends within
     * milliseconds; one that stays belongs to a parent that is still there.
     */
    void awaitReleased() throws IOException, InterruptedException {
        long deadlineNanos =
                System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_PREVIOUS_STOP_SECONDS);
        while (!isFree()) {
            if (System.nanoTime() > deadlineNanos) {
                throw new OmenException(
                        ErrorCode.CONFLICT,
                        "The broker directory %s is used by the running broker with process id %s; stop it or choose another directory."
                                .formatted(file.getParent(), Files.readString(file)));
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }

    private boolean isFree() throws IOException {
        try (FileChannel channel = open()) {
            return channel.tryLock() != null;
        }
    }

    private FileChannel open() throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
}
