package io.omendb.cli.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The checkpoints that earlier runs left on disk. Flink writes {@code {job}/chk-{n}/_metadata} last
 * and in one step, so a checkpoint that has it is complete.
 */
final class CompletedCheckpoints {
    private static final String METADATA = "_metadata";

    private CompletedCheckpoints() {}

    /** The newest complete checkpoint below a directory. */
    static Optional<Path> latest(Path directory) {
        if (!Files.isDirectory(directory)) {
            return Optional.empty();
        }
        try (Stream<Path> walk = Files.walk(directory, 3)) {
            List<Path> complete =
                    walk.filter(path -> path.endsWith(METADATA)).collect(Collectors.toList());
            return complete.stream()
                    .max(Comparator.comparing(CompletedCheckpoints::modified))
                    .map(Path::getParent);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL, "cannot list checkpoints in " + directory + ": " + e, e);
        }
    }

    private static FileTime modified(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot read " + path + ": " + e, e);
        }
    }
}
