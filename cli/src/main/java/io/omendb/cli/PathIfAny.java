package io.omendb.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;

/** A file that a variable may name, which is often set to nothing where there is none. */
final class PathIfAny implements ITypeConverter<Path> {
    @Override
    public @Nullable Path convert(String value) {
        return value.isBlank() ? null : Path.of(value);
    }
}
