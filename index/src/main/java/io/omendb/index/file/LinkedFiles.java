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
        if (!link(from, to)) {
            Files.copy(from, to);
        }
    }

    /**
     * Gives a file a second name, in a folder that is created where missing; false if it cannot.
     */
    public static boolean link(Path from, Path to) throws IOException {
        Files.createDirectories(Objects.requireNonNull(to.getParent()));
        try {
            Files.createLink(to, from);
            return true;
        } catch (UnsupportedOperationException | IOException e) {
            // Another disk, no hard links, too many, another user's file, no file at all.
            return false;
        }
    }
}
