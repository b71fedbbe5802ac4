package io.omendb.state;

import io.omendb.index.background.Pace;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.core.fs.CloseableRegistry;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StateObject;
import org.apache.flink.runtime.state.StateUtil;
import org.apache.flink.runtime.state.StreamStateHandle;

/**
 * The streams one snapshot writes. Streams close with the registry when the snapshot is cancelled;
 * unless {@link #keep} was called, everything written is deleted at the end. Used by one thread.
 */
final class SnapshotUploads {
    private static final int BUFFER_BYTES = 1 << 16;

    private final CheckpointStreamFactory streamFactory;
    private final CloseableRegistry registry;
    private final CheckpointLinks links;
    private final List<StateObject> written = new ArrayList<>();
    private long bytes;

    SnapshotUploads(
            CheckpointStreamFactory streamFactory,
            CloseableRegistry registry,
            CheckpointLinks links) {
        this.streamFactory = streamFactory;
        this.registry = registry;
        this.links = links;
    }

    /** Bytes written or linked so far. */
    long bytes() {
        return bytes;
    }

    /** Adds a file that never changes again. */
    StreamStateHandle add(Path file, CheckpointedStateScope scope) throws IOException {
        StreamStateHandle link = scope == CheckpointedStateScope.SHARED ? links.link(file) : null;
        if (link != null) {
            written.add(link);
            bytes += link.getStateSize();
            return link;
        }
        try (InputStream in = Files.newInputStream(file)) {
            return write(in, scope, file.toString());
        }
    }

    StreamStateHandle write(byte[] content, CheckpointedStateScope scope) throws IOException {
        return write(new ByteArrayInputStream(content), scope, "checkpoint state");
    }

    /** Adds something that is to go too if the snapshot fails. */
    void discardOnFailure(StateObject object) {
        written.add(object);
    }

    /** The snapshot succeeded: what was written stays. */
    void keep() {
        written.clear();
    }

    void close() {
        written.forEach(StateUtil::discardStateObjectQuietly);
        written.clear();
    }

    private StreamStateHandle write(InputStream in, CheckpointedStateScope scope, String what)
            throws IOException {
        CheckpointStateOutputStream out = streamFactory.createCheckpointStateOutputStream(scope);
        registry.registerCloseable(out);
        try {
            byte[] buffer = new byte[BUFFER_BYTES];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                bytes += n;
                Pace.step();
            }
            if (!registry.unregisterCloseable(out)) {
                throw new IOException("snapshot was cancelled while writing " + what);
            }
            StreamStateHandle handle = out.closeAndGetHandle();
            if (handle == null) {
                throw new IOException("nothing was written of " + what);
            }
            written.add(handle);
            return handle;
        } finally {
            registry.unregisterCloseable(out);
            out.close();
        }
    }
}
