package io.omendb.gateway.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.RequestHeaders;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrowAnswersTest {
    private static final String ARROW = "application/vnd.apache.arrow.stream";

    @ParameterizedTest
    @ValueSource(
            strings = {
                ARROW,
                ARROW + ", */*",
                ARROW + ", application/json;q=0.9",
                "application/json;q=0.5, " + ARROW + ";q=0.5",
                "APPLICATION/vnd.apache.arrow.STREAM"
            })
    void named_isWanted(String accept) {
        assertThat(ArrowAnswers.wanted(headers(accept))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*/*",
                "application/*",
                "application/json",
                "application/json, " + ARROW + ";q=0.9",
                ARROW + ";q=0",
                "no type at all",
                ""
            })
    void notNamed_orLessThanJson_isNot(String accept) {
        assertThat(ArrowAnswers.wanted(headers(accept))).isFalse();
    }

    private static RequestHeaders headers(String accept) {
        return RequestHeaders.of(HttpMethod.POST, "/", "accept", accept);
    }
}
