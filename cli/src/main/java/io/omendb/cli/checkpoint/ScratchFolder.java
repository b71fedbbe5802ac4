package io.omendb.cli.checkpoint;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A temporary folder, deleted with all that is in it when it is closed. */
final class ScratchFolder implements AutoCloseable {
    private final Path path;

    private ScratchFolder(Path path) {
        this.path = path;
    }

    /**
     * Makes one.
     *
     * @param parent where; null for the system's temporary folder
     */
    static ScratchFolder create(@Nullable Path parent) {
        try {
            if (parent == null) {
                return new ScratchFolder(Files.createTempDirectory("omen-checkpoint-"));
            }
            Files.createDirectories(parent);
            return new ScratchFolder(Files.createTempDirectory(parent, "omen-checkpoint-"));
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "no temporary folder: " + e, e);
        }
    }

    Path path() {
        return path;
    }

    @Override
    public void close() {
        try (Stream<Path> walk = Files.walk(path)) {
            List<Path> deepestFirst = walk.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot delete " + path + ": " + e, e);
        }
    }
}
