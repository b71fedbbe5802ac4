package io.omendb.bench;

import io.omendb.OmenException;
import io.omendb.schema.Metric;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.lucene.util.Version;

/** What {@code bench peers} compares. */
enum PeerSystem {
    OMENDB(17) {
        @Override
        BenchIndex create(int dimension, Metric metric, GraphSettings settings) {
            return omenKind().create(dimension, metric, 1);
        }

        @Override
        String version() {
            return ArtifactVersion.of("io.omendb", "omendb-benchmarks");
        }

        @Override
        String index(GraphSettings settings) {
            return omenKind().optionName();
        }
    },
    LUCENE(21) {
        @Override
        BenchIndex create(int dimension, Metric metric, GraphSettings settings) {
            return LuceneIndex.create(dimension, metric, settings);
        }

        @Override
        String version() {
            return Version.LATEST.toString();
        }

        @Override
        String index(GraphSettings settings) {
            return "hnsw m=" + settings.m() + " efConstruction=" + settings.efConstruction();
        }
    },
    /** Its classes load on older versions, but without the SIMD it is known for. */
    JVECTOR(21) {
        @Override
        BenchIndex create(int dimension, Metric metric, GraphSettings settings) {
            return new JVectorIndex(dimension, metric, settings);
        }

        @Override
        String version() {
            return ArtifactVersion.of("io.github.jbellis", "jvector-base");
        }

        @Override
        String index(GraphSettings settings) {
            return "graph degree="
                    + 2 * settings.m()
                    + " efConstruction="
                    + settings.efConstruction();
        }
    };

    private final int javaMin;

    PeerSystem(int javaMin) {
        this.javaMin = javaMin;
    }

    abstract BenchIndex create(int dimension, Metric metric, GraphSettings settings);

    abstract String version();

    /** The kind of index and how it is built, in words. */
    abstract String index(GraphSettings settings);

    /** Whether it runs on this version of Java. */
    boolean runsOn(int java) {
        return java >= javaMin;
    }

    String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static PeerSystem ofOptionName(String name) {
        for (PeerSystem system : values()) {
            if (system.optionName().equals(name)) {
                return system;
            }
        }
        throw OmenException.invalid(
                "--systems: found \""
                        + name
                        + "\", expected some of "
                        + Arrays.stream(values())
                                .map(PeerSystem::optionName)
                                .collect(Collectors.joining(", ")));
    }

    /** The index that a collection gets by itself. */
    private static IndexKind omenKind() {
        return Arrays.stream(IndexKind.values())
                .filter(kind -> kind.optionName().equals("ivf"))
                .findFirst()
                .orElse(IndexKind.FLAT);
    }
}
