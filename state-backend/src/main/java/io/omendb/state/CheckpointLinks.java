package io.omendb.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.local.LocalFileSystem;
import org.apache.flink.runtime.state.CheckpointStreamFactory;
import org.apache.flink.runtime.state.CheckpointedStateScope;
import org.apache.flink.runtime.state.StreamStateHandle;
import org.apache.flink.runtime.state.filesystem.FileStateHandle;
import org.apache.flink.runtime.state.filesystem.FsCheckpointStreamFactory;
import org.apache.flink.runtime.state.filesystem.FsMergingCheckpointStorageLocation;
import org.apache.flink.runtime.state.filesystem.RelativeFileStateHandle;
import org.jspecify.annotations.Nullable;

/**
 * Puts files into a checkpoint, and takes them out of one, by giving them a second name where both
 * lie on one disk: neither time nor space nor page cache goes into a copy. Files of segments never
 * change and are forced to the disk before they have their first name here, so a link holds what a
 * copy would, and sooner.
 *
 * <p>Only files that checkpoints share are linked. Savepoints are copies: they are taken to be
 * carried elsewhere, and edited there.
 */
final class CheckpointLinks {
    /** Under a block of the disk a link saves nothing, and Flink may keep the bytes in no file. */
    private static final long BYTES_MIN = 1 << 12;

    private @Nullable Path directory;

    private CheckpointLinks(@Nullable Path directory) {
        this.directory = directory;
    }

    /** Links nothing. */
    static CheckpointLinks none() {
        return new CheckpointLinks(null);
    }

    /** Into the folder of shared files that streams go to; links nothing if that is elsewhere. */
    static CheckpointLinks into(CheckpointStreamFactory streams) throws IOException {
        if (!(streams instanceof FsCheckpointStreamFactory files)
                || streams instanceof FsMergingCheckpointStorageLocation) {
            return none();
        }
        return new CheckpointLinks(local(files.getTargetPath(CheckpointedStateScope.SHARED)));
    }

    /**
     * Links a file.
     *
     * @return null if it has to be copied
     */
    @Nullable StreamStateHandle link(Path file) throws IOException {
        Path into = directory;
        long bytes = Files.size(file);
        if (into == null || bytes < BYTES_MIN) {
            return null;
        }
        Path name = into.resolve(UUID.randomUUID().toString());
        try {
            Files.createLink(name, file);
        } catch (UnsupportedOperationException | IOException e) {
            // Another disk, or one without hard links: nor will the next file work.
            directory = null;
            return null;
        }
        return new FileStateHandle(new org.apache.flink.core.fs.Path(name.toUri()), bytes);
    }

    /**
     * The file a handle is about, if it is a whole one of this machine, no savepoint's; else null.
     */
    static @Nullable Path fileOf(StreamStateHandle handle) throws IOException {
        return handle instanceof FileStateHandle file
                        && !(handle instanceof RelativeFileStateHandle)
                ? local(file.getFilePath())
                : null;
    }

    private static @Nullable Path local(org.apache.flink.core.fs.Path path) throws IOException {
        return FileSystem.getUnguardedFileSystem(path.toUri()) instanceof LocalFileSystem
                ? Path.of(path.getPath())
                : null;
    }
}
