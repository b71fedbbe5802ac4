package io.omendb.gateway.search;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import io.omendb.gateway.freshness.Token;
import io.omendb.protocol.v1.ScrollPosition;
import java.nio.charset.StandardCharsets;

/** What clients carry from one answer to the next request: tokens of writes, cursors of scrolls. */
public class PositionsFuzz {
    @FuzzTest
    void positions(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 3);
        String text = new String(choice.body(), StandardCharsets.UTF_8);
        Untrusted.request(
                input,
                () -> {
                    switch (choice.reader()) {
                        case 0 -> {
                            Token token = Token.parse("after", text);
                            assertThat(Token.parse("after", token.toString())).isEqualTo(token);
                        }
                        case 1 -> {
                            ScrollPosition position = ScrollCursor.read(text);
                            assertThat(ScrollCursor.read(ScrollCursor.write(position)))
                                    .isEqualTo(position);
                        }
                        default -> {
                            Fields fields = Fields.parse(text);
                            assertThat(fields.include().getVector()).isEqualTo(fields.vector());
                        }
                    }
                });
    }
}
