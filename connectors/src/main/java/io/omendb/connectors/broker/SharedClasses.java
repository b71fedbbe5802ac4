package io.omendb.connectors.broker;

import java.lang.management.ManagementFactory;
import java.util.List;

/**
 * The flags by which this JVM reads its classes from an archive, or lists them for one (class-data
 * sharing): a child with the same class path takes them over.
 */
public final class SharedClasses {
    public static final String ARCHIVE = "-XX:SharedArchiveFile=";

    /** Followed by a path in which {@code %p} becomes {@code pid} and the process id. */
    public static final String LIST = "-XX:DumpLoadedClassList=";

    private static final String LOG = "-Xlog:cds";

    private SharedClasses() {}

    /** Those that this JVM was started with, in their order; none where it was started without. */
    public static List<String> flags() {
        return ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(
                        flag ->
                                flag.startsWith(ARCHIVE)
                                        || flag.startsWith(LIST)
                                        || flag.startsWith(LOG))
                .toList();
    }
}
