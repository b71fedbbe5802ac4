package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A dead letter fits into a record, whatever the record that it is of had. */
class DeadLetterTest {
    private static final int MIB = 1 << 20;

    @Test
    void small_isKeptWhole() {
        DeadLetter letter = letter(10, 20, 30);
        assertThat(letter.key()).hasSize(10);
        assertThat(letter.value()).hasSize(20);
        assertThat(letter.headers().get("h")).hasSize(30);
        assertThat(text(letter, "omen-dlq-topic")).isEqualTo("t");
        assertThat(text(letter, "omen-dlq-offset")).isEqualTo("42");
        assertThat(text(letter, "omen-dlq-reason")).isEqualTo("why");
    }

    @Test
    void whatIsTooLarge_isLeftOut_andItsSizeIsSaid() {
        DeadLetter value = letter(10, 4 * MIB, 30);
        assertThat(value.value()).isNull();
        assertThat(text(value, "omen-dlq-value-bytes")).isEqualTo("" + 4 * MIB);
        assertThat(value.headers().get("h")).hasSize(30);

        DeadLetter headers = letter(10, 20, 2 * MIB);
        assertThat(headers.headers()).doesNotContainKey("h");
        assertThat(headers.key()).hasSize(10);
        assertThat(headers.headers()).containsKey("omen-dlq-headers-bytes");

        DeadLetter together = letter(MIB / 2, MIB / 2, MIB / 2);
        assertThat(together.value()).isNull();
        assertThat(together.headers()).doesNotContainKey("h");
        assertThat(together.key()).hasSize(MIB / 2);

        DeadLetter all = letter(2 * MIB, 2 * MIB, 2 * MIB);
        assertThat(all.key()).isNull();
        assertThat(text(all, "omen-dlq-key-bytes")).isEqualTo("" + 2 * MIB);
        assertThat(all.headers().values().stream().mapToInt(bytes -> bytes.length).sum())
                .isLessThan(1_000);
    }

    private static DeadLetter letter(int key, int value, int header) {
        Map<String, byte[]> headers = new HashMap<>();
        headers.put("h", new byte[header]);
        return DeadLetter.of(
                "t.dlq",
                new RawRecord("t", 0, 42, 0, new byte[key], new byte[value], headers),
                "why");
    }

    private static String text(DeadLetter letter, String header) {
        return new String(letter.headers().get(header), StandardCharsets.UTF_8);
    }
}
