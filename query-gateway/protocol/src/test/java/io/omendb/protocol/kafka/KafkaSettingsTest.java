package io.omendb.protocol.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KafkaSettingsTest {
    private static final String SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule";
    private static final String JAAS = SCRAM + " required username=\"omen\" password=\"geheim\";";

    @TempDir Path dir;

    @Test
    void file_isReadAsKafkasToolsDo() throws Exception {
        String file =
                file(
                        "# a comment",
                        "bootstrap.servers=a:1,b:2",
                        "security.protocol = SASL_SSL",
                        "sasl.mechanism: SCRAM-SHA-512",
                        "sasl.jaas.config=" + SCRAM + " required \\",
                        "    username=\"omen\" password=\"geheim\";",
                        "acks=-1",
                        "client.id=ours");
        KafkaSettings settings = KafkaSettings.of(null, file);
        assertThat(settings.bootstrapServers()).isEqualTo("a:1,b:2");
        assertThat(settings.isSecured()).isTrue();
        assertThat(settings.clientConfig())
                .containsEntry("security.protocol", "SASL_SSL")
                .containsEntry("sasl.mechanism", "SCRAM-SHA-512")
                .containsEntry("sasl.jaas.config", JAAS)
                .containsEntry("client.id", "ours");
        assertThat(settings.toProperties()).containsAllEntriesOf(settings.clientConfig());
        assertThat(settings.toString())
                .contains("a:1,b:2", "sasl.jaas.config", file)
                .doesNotContain("geheim");
    }

    @Test
    void address_winsOverTheFile_andDoesAlone() throws Exception {
        String file = file("bootstrap.servers=a:1", "security.protocol=SSL");
        KafkaSettings both = KafkaSettings.of("c:3", file);
        assertThat(both.bootstrapServers()).isEqualTo("c:3");
        assertThat(both.properties()).containsEntry("security.protocol", "SSL");
        KafkaSettings alone = KafkaSettings.of("c:3", "");
        assertThat(alone).isEqualTo(KafkaSettings.of("c:3"));
        assertThat(alone.isSecured()).isFalse();
        assertThat(KafkaSettings.of(" ", null)).isNull();
        assertThat(KafkaSettings.of(null, "")).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "acks=1 | acks: found 1, expected all or no such key: OmenDB relies on it",
                "enable.idempotence=false | enable.idempotence: found false, expected true",
                "isolation.level=read_uncommitted | isolation.level: found read_uncommitted",
                "auto.offset.reset=latest | auto.offset.reset: found latest, expected earliest",
                "enable.auto.commit=true | enable.auto.commit: found true, expected false",
                "allow.auto.create.topics=true | allow.auto.create.topics: found true",
                "group.id=g | group.id: found one, expected no such key: OmenDB chooses it",
                "transactional.id=t | transactional.id: found one",
                "key.deserializer=a.B | key.deserializer: found one",
                "value.serializer=a.B | value.serializer: found one",
                "request.timeout.ms=1 | request.timeout.ms: found one",
                "client.id.prefix=x | client.id.prefix: found one",
                "security.protocol=SASL-SSL | security.protocol: found SASL-SSL, which Kafka does not take",
                "retry.backoff.ms=soon | retry.backoff.ms: found soon, which Kafka does not take",
                "ssl.truststore.pasword=x | ssl.truststore.pasword: found a key that Kafka's clients do not know",
                "security.protocol | security.protocol: found , which Kafka does not take",
                "sasl.jaas.config=a.B required password=geheim!x; | sasl.jaas.config: found a text that Kafka does not take",
                "sasl.jaas.config=a.B required password=geheim | sasl.jaas.config: found a text",
                "a=\\u00zz | found what is no properties file: Malformed",
            })
    void wrongKey_isRefused_byName(String line, String message) throws Exception {
        String file = file("bootstrap.servers=a:1", line);
        assertThatThrownBy(() -> KafkaSettings.of(null, file))
                .isInstanceOf(OmenException.class)
                .hasMessageStartingWith(file + ": " + message)
                .hasMessageNotContaining("geheim")
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
    }

    @Test
    void whatOmenReliesOn_mayBeSaid() throws Exception {
        KafkaSettings said =
                KafkaSettings.of(
                        null,
                        file(
                                "bootstrap.servers=a:1",
                                "acks=all",
                                "enable.idempotence=true",
                                "isolation.level=read_committed",
                                "auto.offset.reset=earliest",
                                "oauth.token.endpoint.uri=https://example.org",
                                "session.timeout.ms=45000"));
        assertThat(said.properties()).hasSize(7);
    }

    @Test
    void noFile_noServers_areSaid() throws Exception {
        String missing = dir.resolve("none.properties").toString();
        assertRefused(ErrorCode.EXTERNAL, missing + ": the file cannot be read", null, missing);
        String empty = file("security.protocol=SSL");
        assertRefused(ErrorCode.MALFORMED, empty + ": bootstrap.servers: found none", null, empty);
    }

    private static void assertRefused(ErrorCode code, String message, String servers, String file) {
        assertThatThrownBy(() -> KafkaSettings.of(servers, file))
                .isInstanceOfSatisfying(
                        OmenException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageStartingWith(message);
    }

    /** Kafka's own clients ask the providers; here nobody does, as files may be elsewhere. */
    @Test
    void configurationProviders_areLeftToTheClients() throws Exception {
        Path secret = Files.writeString(dir.resolve("secret.properties"), "of-omen=geheim\n");
        Map<String, String> settings = new HashMap<>();
        settings.put("bootstrap.servers", "127.0.0.1:1");
        settings.put("security.protocol", "SASL_SSL");
        settings.put("sasl.jaas.config", JAAS.replace("geheim", "${file:" + secret + ":of-omen}"));
        settings.put("ssl.truststore.password", "${file:" + secret + ":of-omen}");
        settings.put("config.providers", "file");
        settings.put(
                "config.providers.file.class",
                "org.apache.kafka.common.config.provider.FileConfigProvider");
        KafkaSettings read = KafkaSettings.of(settings);
        assertThat(read.properties()).isEqualTo(settings);

        AdminClientConfig client = new AdminClientConfig(read.clientConfig());
        assertThat(client.getPassword("sasl.jaas.config").value()).isEqualTo(JAAS);
        assertThat(client.getPassword("ssl.truststore.password").value()).isEqualTo("geheim");
    }

    private String file(String... lines) throws Exception {
        return Files.writeString(dir.resolve("kafka.properties"), String.join("\n", lines))
                .toString();
    }
}
