package io.omendb.gateway.chroma;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.omendb.fuzz.Choice;
import io.omendb.fuzz.Untrusted;
import io.omendb.gateway.shards.Deadline;
import io.omendb.record.StrictJson;
import java.nio.charset.StandardCharsets;

/** Chroma's conditions on metadata and documents, read and asked of records. */
public class ConditionFuzz {
    private static final Deadline DEADLINE = Deadline.of(System.nanoTime(), 600_000);
    private static final Row ROW =
            new Row(
                    "a",
                    null,
                    StrictJson.object(
                            "{\"s\":\"blue\",\"i\":7,\"d\":2.5,\"b\":true,\"l\":[\"a\",1]}"
                                    .getBytes(StandardCharsets.UTF_8),
                            "metadata"),
                    "The quick brown fox\n" + "ab".repeat(2_000) + " 100% sure_thing",
                    null,
                    0);
    private static final Row BARE = new Row("bare", null, null, null, null, 0);

    @FuzzTest
    void condition(byte[] input) {
        read(input);
    }

    /** Reads an input and checks what became of it. */
    public static void read(byte[] input) {
        Choice choice = Choice.of(input, 2);
        Untrusted.request(input, () -> Refusals.chroma(() -> check(choice)));
    }

    private static void check(Choice choice) {
        ObjectNode json = StrictJson.object(choice.body(), "where");
        Condition condition =
                choice.reader() == 0 ? ConditionParser.where(json) : ConditionParser.document(json);
        assertThat(new Condition.Not(condition).matches(BARE, DEADLINE))
                .isNotEqualTo(condition.matches(BARE, DEADLINE));
        assertThat(new Condition.Not(condition).matches(ROW, DEADLINE))
                .isNotEqualTo(condition.matches(ROW, DEADLINE));
    }
}
