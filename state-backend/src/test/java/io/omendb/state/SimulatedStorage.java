package io.omendb.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.runtime.state.CheckpointStateOutputStream;
import org.apache.flink.runtime.state.CheckpointStorageAccess;
import org.apache.flink.runtime.state.CheckpointStorageLocation;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.storage.FileSystemCheckpointStorage;

/** Flink's checkpoint storage in a folder, that fails when asked to. */
final class SimulatedStorage {
    private final Path folder;
    private final Random random;
    private final CheckpointStorageAccess access;

    SimulatedStorage(Path folder, Random random) throws IOException {
        this.folder = folder;
        this.random = random;
        Files.createDirectories(folder);
        this.access =
                new FileSystemCheckpointStorage(folder.toUri(), 0)
                        .createCheckpointStorage(new JobID());
        access.initializeBaseLocationsForCheckpoint();
    }

    /** Where a checkpoint's own files go. */
    CheckpointStorageLocation location(long checkpoint, boolean savepoint) throws IOException {
        return savepoint
                ? access.initializeLocationForSavepoint(
                        checkpoint, folder.resolve("savepoints").toUri().toString())
                : access.initializeLocationForCheckpoint(checkpoint);
    }

    /**
     * Streams of one subtask's part of a checkpoint.
     *
     * @param failing whether one of its streams fails: when it is opened, after some of its bytes,
     *     or when it is closed
     */
    CheckpointStreamFactory streams(
            long checkpoint, CheckpointStorageLocation location, boolean failing)
            throws IOException {
        CheckpointStreamFactory sound =
                access.resolveCheckpointStorageLocation(
                        checkpoint, location.getLocationReference());
        return failing ? new FailingStreams(sound, random.nextInt(20), Failure.any(random)) : sound;
    }

    /** All files but Flink's metadata. */
    Set<Path> files() throws IOException {
        if (!Files.exists(folder)) {
            return Set.of();
        }
        try (Stream<Path> walk = Files.walk(folder)) {
            Set<Path> files = new TreeSet<>();
            walk.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith("_metadata"))
                    .forEach(files::add);
            return files;
        }
    }

    /** What can happen to a file that lies there. */
    enum Damage {
        MISSING,
        TRUNCATED,
        FLIPPED;

        /** Does it. What is returned undoes it. */
        Runnable to(Path file, Random random) throws IOException {
            byte[] before = Files.readAllBytes(file);
            // Its name only: the segment in use may be the same file.
            Files.delete(file);
            switch (this) {
                case MISSING -> {}
                case TRUNCATED -> {
                    byte[] less = new byte[random.nextInt(before.length)];
                    System.arraycopy(before, 0, less, 0, less.length);
                    Files.write(file, less);
                }
                case FLIPPED -> {
                    byte[] other = before.clone();
                    other[random.nextInt(other.length)] ^= (byte) (1 << random.nextInt(8));
                    Files.write(file, other);
                }
            }
            return () -> {
                try {
                    Files.write(file, before);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            };
        }
    }

    private enum Failure {
        OPEN,
        WRITE,
        CLOSE;

        static Failure any(Random random) {
            return values()[random.nextInt(values().length)];
        }

        void throwIf(Failure now) throws IOException {
            if (this == now) {
                throw new IOException("injected: " + this);
            }
        }
    }

    /** The n-th stream fails; a part of a checkpoint that writes fewer does not. */
    private static final class FailingStreams implements CheckpointStreamFactory {
        private final CheckpointStreamFactory sound;
        private final Failure failure;
        private int left;

        FailingStreams(CheckpointStreamFactory sound, int left, Failure failure) {
            this.sound = sound;
            this.left = left;
            this.failure = failure;
        }

        @Override
        public synchronized CheckpointStateOutputStream createCheckpointStateOutputStream(
                CheckpointedStateScope scope) throws IOException {
            boolean failing = left-- == 0;
            if (failing) {
                failure.throwIf(Failure.OPEN);
            }
            CheckpointStateOutputStream stream = sound.createCheckpointStateOutputStream(scope);
            return failing ? new FailingStream(stream, failure) : stream;
        }

        @Override
        public boolean canFastDuplicate(StreamStateHandle handle, CheckpointedStateScope scope)
                throws IOException {
            return sound.canFastDuplicate(handle, scope);
        }

        @Override
        public List<StreamStateHandle> duplicate(
                List<StreamStateHandle> handles, CheckpointedStateScope scope) throws IOException {
            return sound.duplicate(handles, scope);
        }

        @Override
        public void reusePreviousStateHandle(Collection<? extends StreamStateHandle> handles) {
            sound.reusePreviousStateHandle(handles);
        }

        @Override
        public boolean couldReuseStateHandle(StreamStateHandle handle) {
            return sound.couldReuseStateHandle(handle);
        }
    }

    private static final class FailingStream extends CheckpointStateOutputStream {
        private final CheckpointStateOutputStream stream;
        private final Failure failure;

        FailingStream(CheckpointStateOutputStream stream, Failure failure) {
            this.stream = stream;
            this.failure = failure;
        }

        @Override
        public void write(int b) throws IOException {
            failure.throwIf(Failure.WRITE);
            stream.write(b);
        }

        /** Half of it arrives. */
        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (failure == Failure.WRITE) {
                stream.write(bytes, offset, length / 2);
                stream.flush();
            }
            failure.throwIf(Failure.WRITE);
            stream.write(bytes, offset, length);
        }

        @Override
        public StreamStateHandle closeAndGetHandle() throws IOException {
            failure.throwIf(Failure.CLOSE);
            return stream.closeAndGetHandle();
        }

        @Override
        public void close() throws IOException {
            stream.close();
        }

        @Override
        public long getPos() throws IOException {
            return stream.getPos();
        }

        @Override
        public void flush() throws IOException {
            stream.flush();
        }

        @Override
        public void sync() throws IOException {
            stream.sync();
        }
    }
}
