package io.omendb.bench;

import io.omendb.OmenException;
import io.omendb.schema.Metric;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The indexes that can be measured. */
enum IndexKind {
    FLAT {
        @Override
        BenchIndex create(int dimension, Metric metric, int threads) {
            return new FlatIndex(dimension, metric);
        }
    },
    IVF {
        @Override
        BenchIndex create(int dimension, Metric metric, int threads) {
            return new IvfIndex(dimension, metric, threads);
        }
    };

    /**
     * An empty index.
     *
     * @param threads that may build it
     */
    abstract BenchIndex create(int dimension, Metric metric, int threads);

    String optionName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static IndexKind ofOptionName(String name) {
        for (IndexKind kind : values()) {
            if (kind.optionName().equals(name)) {
                return kind;
            }
        }
        throw OmenException.invalid(
                "--index: found \""
                        + name
                        + "\", expected one of "
                        + Arrays.stream(values())
                                .map(IndexKind::optionName)
                                .collect(Collectors.joining(", ")));
    }
}
