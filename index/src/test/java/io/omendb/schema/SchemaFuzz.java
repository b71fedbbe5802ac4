package io.omendb.schema;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import java.util.Map;

/** Schemas as users send them, and definitions as the catalogue's topic holds them. */
public class SchemaFuzz {
    @FuzzTest
    void schema(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 2);
        Untrusted.request(input, () -> check(read(choice)));
    }

    private static CollectionDefinition read(Choice choice) {
        return choice.reader() == 0
                ? new CollectionDefinition(
                        SchemaJson.read("c", choice.body()), "omen.c", 17, Map.of(0, 5L))
                : SchemaJson.readDefinition(choice.body());
    }

    private static void check(CollectionDefinition definition) {
        assertThat(SchemaJson.readDefinition(SchemaJson.writeDefinition(definition)))
                .isEqualTo(definition);
        if (definition.generation() > 0 && definition.generation() < 1L << 53) {
            assertThat(SchemaJson.write(definition).path("created_at").isTextual()).isTrue();
        }
    }
}
