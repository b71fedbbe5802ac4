package io.omendb.gateway;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.omendb.fuzz.Targets;
import io.omendb.gateway.chroma.BodiesFuzz;
import io.omendb.gateway.chroma.ConditionFuzz;
import io.omendb.gateway.search.MessagesFuzz;
import io.omendb.gateway.search.PositionsFuzz;
import io.omendb.gateway.search.SearchesFuzz;
import io.omendb.gateway.write.WritesFuzz;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What every build fuzzes of this module; see docs/fuzzing.md. */
class QuickFuzz {
    private static final Targets TARGETS =
            new Targets()
                    .with(SearchesFuzz.class, "searches", SearchesFuzz::read)
                    .with(MessagesFuzz.class, "messages", MessagesFuzz::read)
                    .with(PositionsFuzz.class, "positions", PositionsFuzz::read)
                    .with(WritesFuzz.class, "writes", WritesFuzz::read)
                    .with(ConditionFuzz.class, "condition", ConditionFuzz::read)
                    .with(BodiesFuzz.class, "bodies", BodiesFuzz::read);

    static Stream<Arguments> inputs() {
        return TARGETS.inputs();
    }

    @MethodSource("inputs")
    @FuzzTest
    void quick(byte[] input) {
        TARGETS.read(input);
    }
}
