package io.omendb.protocol.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KafkaErrorsTest {

    @Test
    void refusals_areCalledSo() {
        Exception password =
                new ExecutionException(new SaslAuthenticationException("Authentication failed"));
        assertThat(KafkaErrors.isRefusal(password)).isTrue();
        assertThat(KafkaErrors.reason(password))
                .isEqualTo("Kafka refuses the credentials: Authentication failed");
        Exception handshake =
                new SslAuthenticationException(
                        "SSL handshake failed", new Exception("no trusted certificate"));
        assertThat(KafkaErrors.reason(handshake))
                .isEqualTo(
                        "there is no TLS connection to Kafka: SSL handshake failed: no trusted"
                                + " certificate");
        assertThat(KafkaErrors.reason(new TopicAuthorizationException(java.util.Set.of("t"))))
                .startsWith("Kafka does not allow it: ")
                .contains("t");
        assertThat(KafkaErrors.isRefusal(new TimeoutException("late"))).isFalse();
        assertThat(KafkaErrors.areCredentialsRefused(handshake)).isTrue();
        assertThat(
                        KafkaErrors.areCredentialsRefused(
                                new TopicAuthorizationException(java.util.Set.of("t"))))
                .isFalse();
        assertThat(KafkaErrors.of("x", new TimeoutException("late")).code())
                .isEqualTo(ErrorCode.UNAVAILABLE);
    }

    @Test
    void whatKafkaSaysOfAJaasText_isNotRepeated() {
        assertThat(
                        KafkaErrors.reason(
                                new KafkaException(
                                        "Failed to create client",
                                        new IllegalArgumentException(
                                                "Value not specified for key 'geheim' in JAAS config "))))
                .isEqualTo("Failed to create client: sasl.jaas.config cannot be read");
    }

    @Test
    void settingsThatMakeNoClient_areSaidWithTheirReason(@TempDir Path dir) {
        Map<String, String> settings = new HashMap<>();
        settings.put("bootstrap.servers", "127.0.0.1:1");
        settings.put("security.protocol", "SSL");
        settings.put("ssl.truststore.location", dir.resolve("none.p12").toString());
        settings.put("ssl.truststore.password", "geheim");
        assertThatThrownBy(() -> KafkaDoor.requireOpen(KafkaSettings.of(settings)))
                .hasMessageStartingWith("127.0.0.1:1: Failed to create new KafkaAdminClient")
                .hasMessageContaining("none.p12")
                .hasMessageNotContaining("geheim");
    }
}
