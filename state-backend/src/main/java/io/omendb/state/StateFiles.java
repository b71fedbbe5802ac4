package io.omendb.state;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.runtime.state.StreamStateHandle;

/**
 * Reads state streams to their known size; reading to the end breaks under checkpoint file merging.
 * Streams close with the registry when the work they are read for is cancelled.
 */
final class StateFiles {
    private static final int BUFFER_BYTES = 1 << 16;

    private StateFiles() {}

    /** Reads a small stream whole. */
    static byte[] readFully(StreamStateHandle handle, CloseableRegistry registry)
            throws IOException {
        byte[] bytes = new byte[Math.toIntExact(handle.getStateSize())];
        try (FSDataInputStream in = handle.openInputStream()) {
            registry.registerCloseable(in);
            try {
                int done = 0;
                while (done < bytes.length) {
                    int n = in.read(bytes, done, bytes.length - done);
                    if (n < 0) {
                        throw new IOException(
                                "state stream ends after "
                                        + done
                                        + " of "
                                        + bytes.length
                                        + " bytes");
                    }
                    done += n;
                }
            } finally {
                registry.unregisterCloseable(in);
            }
        }
        return bytes;
    }

    /** Copies a stream to a file, whose folder is created where missing. */
    static void copy(StreamStateHandle handle, Path target, CloseableRegistry registry)
            throws IOException {
        Files.createDirectories(Objects.requireNonNull(target.getParent()));
        long left = handle.getStateSize();
        try (FSDataInputStream in = handle.openInputStream();
                OutputStream out = Files.newOutputStream(target)) {
            registry.registerCloseable(in);
            try {
                byte[] buffer = new byte[BUFFER_BYTES];
                while (left > 0) {
                    int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
                    if (n < 0) {
                        throw new IOException(
                                "state stream of "
                                        + target.getFileName()
                                        + " ends "
                                        + left
                                        + " bytes early");
                    }
                    out.write(buffer, 0, n);
                    left -= n;
                }
            } finally {
                registry.unregisterCloseable(in);
            }
        }
    }
}
