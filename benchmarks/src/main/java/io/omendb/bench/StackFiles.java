package io.omendb.bench;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** The folder of a benchmark's own stack. */
final class StackFiles {
    private StackFiles() {}

    /** Deletes it with all it holds. */
    static void delete(Path directory) {
        try (Stream<Path> walk = Files.walk(directory)) {
            for (Path file : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "cannot delete " + directory + ": " + e, e);
        }
    }
}
