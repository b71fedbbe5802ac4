package io.omendb.examples.jdk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.net.URI;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Every public class, and its public and protected methods, constructors and fields, in the
 * packages that the running JDK exports. Class files are parsed, not loaded.
 */
public final class JdkApi {
    private final Path modules;

    private JdkApi(Path modules) {
        this.modules = modules;
    }

    /** The JDK that runs this program. */
    public static JdkApi ofRunningJdk() {
        return new JdkApi(FileSystems.getFileSystem(URI.create("jrt:/")).getPath("/modules"));
    }

    /**
     * All elements, read as the stream advances. The order is the same on every run of the same JDK
     * and mixes packages from the start: classes follow each other by a hash of their names, each
     * with its members.
     */
    public Stream<JdkElement> stream() {
        return topLevelClasses().stream()
                .sorted(Comparator.comparing(JdkApi::shuffled).thenComparing(Path::toString))
                .flatMap(file -> new JdkClassFile(file).elements());
    }

    private List<Path> topLevelClasses() {
        return ModuleFinder.ofSystem().findAll().stream()
                .map(ModuleReference::descriptor)
                .flatMap(this::exportedPackages)
                .flatMap(JdkApi::classesIn)
                .toList();
    }

    private Stream<Path> exportedPackages(ModuleDescriptor module) {
        Path root = modules.resolve(module.name());
        return module.exports().stream()
                .filter(export -> !export.isQualified())
                .map(export -> root.resolve(export.source().replace('.', '/')));
    }

    private static Stream<Path> classesIn(Path packageFolder) {
        try (Stream<Path> files = Files.list(packageFolder)) {
            return files.filter(JdkApi::isTopLevelClass).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isTopLevelClass(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".class") && !name.contains("$") && !name.contains("-");
    }

    /** Multiplied by an odd number, so that neighbours in the alphabet are none in the stream. */
    private static int shuffled(Path file) {
        return file.toString().hashCode() * 0x9E3779B1;
    }
}
