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
        BenchIndex create(int dimension, Metric metric) {
            return new FlatIndex(dimension, metric);
        }
    };

    abstract BenchIndex create(int dimension, Metric metric);

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
