package io.omendb;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.omendb.fuzz.Targets;
import io.omendb.index.file.ManifestFuzz;
import io.omendb.index.filter.FilterFuzz;
import io.omendb.record.PointsFuzz;
import io.omendb.record.arrow.ArrowFuzz;
import io.omendb.schema.SchemaFuzz;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every build fuzzes of this module; see docs/fuzzing.md. */
class QuickFuzz {
    private static final Targets TARGETS =
            new Targets()
                    .with(PointsFuzz.class, "points", PointsFuzz::read)
                    .with(ArrowFuzz.class, "arrow", ArrowFuzz::read)
                    .with(SchemaFuzz.class, "schema", SchemaFuzz::read)
                    .with(FilterFuzz.class, "filter", FilterFuzz::read)
                    .with(ManifestFuzz.class, "manifest", ManifestFuzz::read);

    static Stream<Arguments> inputs() {
        return TARGETS.inputs();
    }

    @MethodSource("inputs")
    @FuzzTest
    void quick(byte[] input) {
        TARGETS.read(input);
    }
}
