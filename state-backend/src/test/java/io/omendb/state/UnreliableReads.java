package io.omendb.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;
import org.apache.flink.runtime.state.IncrementalKeyedStateHandle.HandleAndLocalPath;
import org.apache.flink.runtime.state.IncrementalRemoteKeyedStateHandle;
import org.apache.flink.runtime.state.KeyedStateHandle;
import org.apache.flink.runtime.state.PhysicalStateHandleID;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.RelativeFileStateHandle;

/** Handles whose n-th read, counted over all of them, fails as a network does. */
final class UnreliableReads {
    static final String MESSAGE = "injected: read failed";

    private final AtomicInteger left;

    UnreliableReads(int reads) {
        left = new AtomicInteger(reads);
    }

    /** Whether one is to fail. */
    boolean planned() {
        return left.get() < Integer.MAX_VALUE;
    }

    boolean happened() {
        return left.get() < 0;
    }

    KeyedStateHandle of(KeyedStateHandle handle) {
        if (!(handle instanceof IncrementalRemoteKeyedStateHandle whole)) {
            return handle;
        }
        return new IncrementalRemoteKeyedStateHandle(
                whole.getBackendIdentifier(),
                whole.getKeyGroupRange(),
                whole.getCheckpointId(),
                of(whole.getSharedState()),
                of(whole.getPrivateState()),
                wrap(whole.getMetaDataStateHandle()));
    }

    private List<HandleAndLocalPath> of(List<HandleAndLocalPath> files) {
        List<HandleAndLocalPath> wrapped = new ArrayList<>();
        for (HandleAndLocalPath file : files) {
            wrapped.add(HandleAndLocalPath.of(wrap(file.getHandle()), file.getLocalPath()));
        }
        return wrapped;
    }

    private StreamStateHandle wrap(StreamStateHandle handle) {
        return handle instanceof RelativeFileStateHandle relative
                ? new RelativeHandle(relative)
                : new Handle(handle);
    }

    private final class RelativeHandle extends RelativeFileStateHandle {
        private static final long serialVersionUID = 1;

        RelativeHandle(RelativeFileStateHandle of) {
            super(of.getFilePath(), of.getRelativePath(), of.getStateSize());
        }

        @Override
        public FSDataInputStream openInputStream() throws IOException {
            return new Stream(super.openInputStream());
        }
    }

    private final class Handle implements StreamStateHandle {
        private static final long serialVersionUID = 1;

        private final StreamStateHandle of;

        Handle(StreamStateHandle of) {
            this.of = of;
        }

        @Override
        public FSDataInputStream openInputStream() throws IOException {
            return new Stream(of.openInputStream());
        }

        @Override
        public Optional<byte[]> asBytesIfInMemory() {
            return of.asBytesIfInMemory();
        }

        @Override
        public Optional<Path> maybeGetPath() {
            return of.maybeGetPath();
        }

        @Override
        public PhysicalStateHandleID getStreamStateHandleID() {
            return of.getStreamStateHandleID();
        }

        @Override
        public void discardState() throws Exception {
            of.discardState();
        }

        @Override
        public long getStateSize() {
            return of.getStateSize();
        }
    }

    private final class Stream extends FSDataInputStream {
        private final FSDataInputStream of;

        Stream(FSDataInputStream of) {
            this.of = of;
        }

        @Override
        public int read() throws IOException {
            count();
            return of.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            count();
            return of.read(into, offset, length);
        }

        private void count() throws IOException {
            if (left.decrementAndGet() < 0) {
                throw new IOException(MESSAGE);
            }
        }

        @Override
        public void seek(long position) throws IOException {
            of.seek(position);
        }

        @Override
        public long getPos() throws IOException {
            return of.getPos();
        }

        @Override
        public void close() throws IOException {
            of.close();
        }
    }
}
