package io.omendb.bench;

import io.omendb.OmenException;

/** How benchmarks write rows to Kafka. */
enum RowForm {
    /** Many vectors a record. */
    ARROW,
    /** One vector a record, its components as bytes. */
    F32,
    /** One vector a record, as JSON. */
    JSON;

    static RowForm of(String name) {
        return switch (name) {
            case "arrow" -> ARROW;
            case "f32" -> F32;
            case "json" -> JSON;
            default ->
                    throw OmenException.invalid(
                            "--form: found \"" + name + "\", expected arrow, f32 or json");
        };
    }
}
