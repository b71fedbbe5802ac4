package io.omendb.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Second names for files that never change. */
final class LinkedFiles {
    private LinkedFiles() {}

    /** Gives a file a second name; copies it where the file system cannot. */
    static void linkOrCopy(Path from, Path to) throws IOException {
        Files.createDirectories(Objects.requireNonNull(to.getParent()));
        try {
            Files.createLink(to, from);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(from, to);
        }
    }
}
