package io.omendb.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Files that environment variables name. A variable that is set to nothing names none, as where
 * somebody else's is overridden; an option that is given nothing is a mistake.
 */
final class EnvironmentFile {
    private EnvironmentFile() {}

    /** The file that was given, or the one of the variable; null for neither. */
    static @Nullable Path or(@Nullable Path given, String variable) {
        if (given != null) {
            return given;
        }
        String named = System.getenv(variable);
        return named == null || named.isBlank() ? null : Path.of(named);
    }
}
