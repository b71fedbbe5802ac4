package io.omendb.embed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddersTest {
    private static final Map<String, Object> OPENAI =
            Map.of("type", "openai", "url", "http://localhost:1/v1", "model", "m", "dimension", 3);

    @Test
    void open_nothing_hasFeatureHashing() throws Exception {
        try (Embedders embedders = Embedders.open(Map.of())) {
            assertThat(embedders.names()).containsExactly("hashing");
            Embedder hashing = embedders.find("hashing").orElseThrow();
            assertThat(hashing.dimension()).isEqualTo(256);
            List<float[]> vectors =
                    hashing.embed(List.of("red shoes", "red shoes", "a boat"))
                            .toCompletableFuture()
                            .get(30, TimeUnit.SECONDS);
            assertThat(vectors).hasSize(3);
            assertThat(vectors.get(0)).isEqualTo(vectors.get(1)).isNotEqualTo(vectors.get(2));
            assertThat(embedders.find("other")).isEmpty();
        }
    }

    @Test
    void open_configured_hasThoseToo() {
        Map<String, Map<String, Object>> configured =
                Map.of("wide", Map.of("type", "hashing", "dimension", 1000), "remote", OPENAI);
        try (Embedders embedders = Embedders.open(configured)) {
            assertThat(embedders.names()).containsExactly("hashing", "remote", "wide");
            assertThat(embedders.find("wide").orElseThrow().dimension()).isEqualTo(1000);
            assertThat(embedders.find("remote").orElseThrow().dimension()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "type | - | .type: found nothing, expected one of hashing, openai, or that of a",
                "type | onnxx | .type: found \"onnxx\", expected one of hashing, openai",
                "model | - | .model: found nothing, expected a text",
                "url | - | .url: found nothing, expected a text",
                "url | ftp://x | .url: found \"ftp://x\", expected an address such as https",
                "url | http://u:p@x | .url: found",
                "url | http://a b | .url: found",
                "dimension | - | .dimension: found nothing, expected a number from 1 to 4096",
                "dimension | x | .dimension: found \"x\", expected a number from 1 to 4096",
                "ask_dimension | x | .ask_dimension: found \"x\", expected true or false",
                "api_key_env | KEY | .api_key_env: the environment variable KEY is not set",
                "modle | m | .modle: found an unknown setting, expected one of api_key_env,",
            })
    void open_wrongSetting_isNamed(String key, String value, String message) {
        Map<String, Object> settings = new java.util.HashMap<>(OPENAI);
        settings.remove(key);
        if (value != null) {
            settings.put(key, value);
        }
        assertThatThrownBy(() -> Embedders.open(Map.of("e", settings), variable -> null))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID))
                .hasMessageStartingWith("gateway.embedders.e" + message);
    }

    @Test
    void open_aKeyThatNoHeaderTakes_isNotRepeated() {
        Map<String, Object> settings = new java.util.HashMap<>(OPENAI);
        settings.put("api_key_env", "KEY");
        assertThatThrownBy(() -> Embedders.open(Map.of("e", settings), variable -> "se\ncret"))
                .hasMessageContaining("found \"KEY\"")
                .hasMessageNotContaining("cret");
    }
}
