package io.omendb.connectors.broker;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Set;

/**
 * The flags by which this JVM reads its classes from an archive, or lists them for one (class-data
 * sharing): a child with the same class path takes them over.
 */
public final class SharedClasses {
    public static final String ARCHIVE = "-XX:SharedArchiveFile=";

    /** Followed by a path in which {@code %p} becomes {@code pid} and the process id. */
    public static final String LIST = "-XX:DumpLoadedClassList=";

    /** How the path of a list ends. */
    public static final String LIST_SUFFIX = ".%p.classes";

    private static final Set<String> SILENT = Set.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off");

    private SharedClasses() {}

    /** Those that {@code ./omen} started this JVM with, in their order; none where it did not. */
    public static List<String> flags() {
        if (System.getProperty("omen.home") == null) {
            return List.of();
        }
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(
                        flag ->
                                flag.startsWith(ARCHIVE)
                                        || flag.startsWith(LIST) && flag.endsWith(LIST_SUFFIX)
                                        || SILENT.contains(flag))
                .toList();
    }
}
