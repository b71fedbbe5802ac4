package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.format.RecordFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobArgumentsTest {

    @Test
    void whatIsMadeOfOptions_givesThemAgain() {
        IngestionOptions options =
                new IngestionOptions(
                        "a:1,b:2",
                        List.of(new TopicMapping("orders", "products", RecordFormat.JSON)),
                        MissingRecords.SKIP,
                        3);

        assertThat(JobArguments.parse(options.arguments(), Map.of())).isEqualTo(options);
    }

    @Test
    void whatIsLeftOut_isTheEnvironments_orTheDefault() {
        assertThat(
                        JobArguments.parse(
                                List.of(),
                                Map.of(
                                        JobArguments.KAFKA_VARIABLE, "k:9",
                                        JobArguments.READERS_VARIABLE, "2")))
                .isEqualTo(new IngestionOptions("k:9", List.of(), MissingRecords.FAIL, 2));
        assertThat(JobArguments.parse(List.of("k:9"), Map.of()))
                .isEqualTo(IngestionOptions.of("k:9"));
    }

    @Test
    void readers_areAsManyAsShards_orFewer() {
        assertThat(IngestionOptions.of("k:9").readers(5)).isEqualTo(5);
        IngestionOptions two = new IngestionOptions("k:9", List.of(), MissingRecords.FAIL, 2);
        assertThat(two.readers(5)).isEqualTo(2);
        assertThat(two.readers(1)).isEqualTo(1);
    }

    @Test
    void wrong_isRefused_withWhatWasFound() {
        assertRefused(ErrorCode.MALFORMED, "--readers: found \"x\"", "k:9", "--readers", "x");
        assertRefused(ErrorCode.MALFORMED, "--readers: an argument is missing", "k:9", "--readers");
        assertRefused(ErrorCode.INVALID, "readers: found -1", "k:9", "--readers", "-1");
        assertRefused(ErrorCode.MALFORMED, "unknown argument \"--reader\"", "k:9", "--reader", "1");
        assertRefused(ErrorCode.MALFORMED, "bootstrap servers are missing", "--readers", "1");
    }

    private static void assertRefused(ErrorCode code, String message, String... arguments) {
        assertThatThrownBy(() -> JobArguments.parse(List.of(arguments), Map.of()))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
