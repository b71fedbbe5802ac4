package io.omendb.protocol.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationHeaderTest {
    @ParameterizedTest
    @ValueSource(longs = {0, 1, 1_760_000_000_000L, 999_999_999_999_999_999L})
    void in_whatWasWritten_isTheSame(long generation) {
        byte[] value = GenerationHeader.of(generation).value();
        assertThat(GenerationHeader.in(Map.of(GenerationHeader.NAME, value))).isEqualTo(generation);
    }

    /** A record is not lost for a header that somebody else gave it. */
    @ParameterizedTest
    @ValueSource(strings = {"", "-1", "1.5", "x", "1 ", "9999999999999999999"})
    void in_whatIsNoGeneration_isNone(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        assertThat(GenerationHeader.in(Map.of(GenerationHeader.NAME, bytes))).isZero();
    }

    @Test
    void in_noHeader_isNone() {
        assertThat(GenerationHeader.in(Map.of())).isZero();
    }
}
