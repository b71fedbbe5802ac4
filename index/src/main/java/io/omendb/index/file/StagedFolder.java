package io.omendb.index.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A folder that appears whole or not at all: filled under a name ending in {@code .tmp}, forced to
 * the disk, then renamed. Closing it before {@link #commit()} removes everything. Used by one
 * thread.
 */
final class StagedFolder implements AutoCloseable {
    private static final boolean FORCES_FOLDERS =
            !System.getProperty("os.name", "").startsWith("Windows");

    private final Path target;
    private final Path staging;
    private boolean committed;

    private StagedFolder(Path target, Path staging) {
        this.target = target;
        this.staging = staging;
    }

    /** Starts a folder. What an earlier attempt left under the temporary name is removed. */
    static StagedFolder create(Path target) throws IOException {
        if (Files.exists(target)) {
            throw new FileAlreadyExistsException(target.toString());
        }
        Path staging = target.resolveSibling(target.getFileName() + ".tmp");
        FolderTree.delete(staging);
        Files.createDirectories(staging);
        return new StagedFolder(target, staging);
    }

    /** Where a file goes for now; its own folder exists when this returns. */
    Path file(String name) throws IOException {
        Path file = staging.resolve(name);
        Files.createDirectories(file.getParent());
        return file;
    }

    /** Gives the folder its name. Its files must have been forced to the disk. */
    void commit() throws IOException {
        forceFolders(staging);
        Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
        committed = true;
        Path parent = target.toAbsolutePath().getParent();
        if (parent != null) {
            forceFolder(parent);
        }
    }

    @Override
    public void close() throws IOException {
        if (!committed) {
            FolderTree.delete(staging);
        }
    }

    /** Without this a power cut may lose a file's name although its bytes are safe. */
    private static void forceFolders(Path root) throws IOException {
        Files.walkFileTree(
                root,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, @Nullable IOException failure) throws IOException {
                        forceFolder(folder);
                        return super.postVisitDirectory(folder, failure);
                    }
                });
    }

    private static void forceFolder(Path folder) throws IOException {
        if (FORCES_FOLDERS) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
