package io.omendb.connectors.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.format.RecordFormat;
import io.omendb.protocol.kafka.KafkaSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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
    void kafkaConfig_isAFile_thatMaySayWhereKafkaIs(@TempDir Path dir) throws Exception {
        String file =
                Files.writeString(
                                dir.resolve("kafka.properties"),
                                "bootstrap.servers=f:1\nsecurity.protocol=SSL\n"
                                        + "ssl.key.password=geheim\n")
                        .toString();
        IngestionOptions argument =
                JobArguments.parse(List.of("--kafka-config", file, "--readers", "1"), Map.of());
        assertThat(argument.kafka().bootstrapServers()).isEqualTo("f:1");
        assertThat(argument.kafka().properties()).containsEntry("security.protocol", "SSL");
        assertThat(argument.arguments()).contains("--kafka-config", file).doesNotContain("geheim");
        assertThat(argument.toString()).doesNotContain("geheim");
        assertThat(JobArguments.parse(argument.arguments(), Map.of())).isEqualTo(argument);

        Map<String, String> environment =
                Map.of(
                        JobArguments.KAFKA_VARIABLE,
                        "e:1",
                        IngestionJob.KAFKA_CONFIG_VARIABLE,
                        file);
        IngestionOptions both = JobArguments.parse(List.of(), environment);
        assertThat(both.kafka().bootstrapServers()).isEqualTo("e:1");
        assertThat(both.kafka().properties()).containsEntry("security.protocol", "SSL");
        assertThat(JobArguments.parse(List.of("a:1"), environment).kafka().bootstrapServers())
                .isEqualTo("a:1");
        IngestionOptions inNoFile =
                new IngestionOptions(
                        KafkaSettings.of(argument.kafka().properties()),
                        List.of(),
                        MissingRecords.FAIL,
                        1);
        assertThatThrownBy(inNoFile::arguments).hasMessageContaining("settings in no file");
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
        assertRefused(
                ErrorCode.EXTERNAL,
                "/nowhere.properties: the file cannot be read",
                "--kafka-config",
                "/nowhere.properties");
    }

    private static void assertRefused(ErrorCode code, String message, String... arguments) {
        assertThatThrownBy(() -> JobArguments.parse(List.of(arguments), Map.of()))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining(message);
    }
}
