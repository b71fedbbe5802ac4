package io.omendb.state;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
 * change, so a link holds what a copy would.
 *
 * <p>Only files that checkpoints share are linked. Savepoints are copies: they are taken to be
 * carried elsewhere, and edited there.
 */
final class CheckpointLinks {
    /** Under a block of the disk a link saves nothing, and Flink may keep the bytes in no file. */
    private static final long BYTES_MIN = 1 << 12;

    private final org.apache.flink.core.fs.@Nullable Path folder;

    /** The same; null once a file could not be linked. */
    private @Nullable Path directory;

    private CheckpointLinks(
            org.apache.flink.core.fs.@Nullable Path folder, @Nullable Path directory) {
        this.folder = folder;
        this.directory = directory;
    }

    /** Links nothing. */
    static CheckpointLinks none() {
        return new CheckpointLinks(null, null);
    }

    /** Into the folder of shared files that streams go to; links nothing if that is elsewhere. */
    static CheckpointLinks into(CheckpointStreamFactory streams) {
        if (!(streams instanceof FsCheckpointStreamFactory files)
                || streams instanceof FsMergingCheckpointStorageLocation) {
            return none();
        }
        org.apache.flink.core.fs.Path folder = files.getTargetPath(CheckpointedStateScope.SHARED);
        return new CheckpointLinks(folder, local(folder));
    }

    /**
     * Links a file.
     *
     * @return null if it has to be copied
     */
    @Nullable StreamStateHandle link(Path file) throws IOException {
        Path into = directory;
        long bytes = Files.size(file);
        if (folder == null || into == null || bytes < BYTES_MIN) {
            return null;
        }
        // As Flink does with what it writes. Files that a restore copied were not forced before.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        String name = UUID.randomUUID().toString();
        try {
            Files.createLink(into.resolve(name), file);
        } catch (UnsupportedOperationException | IOException e) {
            // Another disk, or one without hard links: nor will the next file work.
            directory = null;
            return null;
        }
        return new FileStateHandle(new org.apache.flink.core.fs.Path(folder, name), bytes);
    }

    /**
     * The file a handle is about, if it is a whole one of this machine and no savepoint's; else
     * null.
     */
    static @Nullable Path fileOf(StreamStateHandle handle) {
        return handle instanceof FileStateHandle file
                        && !(handle instanceof RelativeFileStateHandle)
                ? local(file.getFilePath())
                : null;
    }

    private static @Nullable Path local(org.apache.flink.core.fs.Path path) {
        try {
            return FileSystem.getUnguardedFileSystem(path.toUri()) instanceof LocalFileSystem
                    ? Path.of(path.getPath())
                    : null;
        } catch (IOException | InvalidPathException e) {
            // Streams will say what is wrong with it, if anything is.
            return null;
        }
    }
}
