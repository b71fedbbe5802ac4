package io.omendb.index.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Second names for files that never change. */
public final class LinkedFiles {
    private LinkedFiles() {}

    /** Gives a file a second name; copies it where the file system cannot. */
    public static void linkOrCopy(Path from, Path to) throws IOException {
        Files.createDirectories(Objects.requireNonNull(to.getParent()));
        try {
            Files.createLink(to, from);
        } catch (UnsupportedOperationException | IOException e) {
            Files.copy(from, to);
        }
    }
}
