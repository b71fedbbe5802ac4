package io.omendb.cli.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.SecurityOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a cluster's configuration a client takes, and what does not go together. */
class FlinkSecurityTest {
    private static final URI HTTP = URI.create("http://jobmanager:8081");
    private static final URI HTTPS = URI.create("https://jobmanager:8081");

    @TempDir Path folder;

    @Test
    void onlySecurityIsTaken_inEitherFormOfTheFile() throws Exception {
        FlinkSecurity security =
                read(
                        "rest.address: elsewhere\n"
                                + "security:\n"
                                + "  ssl:\n"
                                + "    rest:\n"
                                + "      enabled: true\n");

        Configuration client = security.client(HTTPS);

        assertThat(SecurityOptions.isRestSSLEnabled(client)).isTrue();
        assertThat(client.contains(RestOptions.ADDRESS)).isFalse();
        assertThat(security.shards()).isEmpty();
        assertThat(
                        SecurityOptions.isRestSSLEnabled(
                                read("security.ssl.rest.enabled: true\n").client(HTTPS)))
                .isTrue();
    }

    @Test
    void theSchemeSaysWhetherItIsTls_andMustNotSayOtherwiseThanTheCluster() throws Exception {
        assertThat(SecurityOptions.isRestSSLEnabled(FlinkSecurity.NONE.client(HTTP))).isFalse();
        assertThat(SecurityOptions.isRestSSLEnabled(FlinkSecurity.NONE.client(HTTPS))).isTrue();
        FlinkSecurity security = read("security.ssl.rest.enabled: true\n");
        assertThatThrownBy(() -> security.client(HTTP))
                .hasMessageContaining("--flink: found \"http://jobmanager:8081\"")
                .hasMessageContaining("expected https://...");
        assertThatThrownBy(() -> security.client(URI.create("ftp://jobmanager:8081")))
                .hasMessageContaining("expected http://... or https://...");
    }

    @Test
    void namesOfHosts_areVerifiedWhereJavasTrustIsAllThereIs() throws Exception {
        assertThat(verifiesNames(FlinkSecurity.NONE)).isTrue();
        assertThat(verifiesNames(read("security.ssl.rest.enabled: true\n"))).isTrue();
        assertThat(verifiesNames(read("security.ssl.rest.verify-hostname: false\n"))).isFalse();
        assertThat(verifiesNames(read("security.ssl.rest.truststore: /t.p12\n"))).isFalse();
        assertThat(verifiesNames(read("security.ssl.truststore: /t.p12\n"))).isFalse();
    }

    @Test
    void whatIsNoConfigurationOfFlinks_isRefused() throws Exception {
        Path other = Files.writeString(folder.resolve("omen.yaml"), "security: {}\n");
        assertThatThrownBy(() -> FlinkSecurity.read(other))
                .hasMessageContaining("--flink-config: found " + other)
                .hasMessageContaining("expected a file config.yaml");
        assertThatThrownBy(() -> FlinkSecurity.read(folder.resolve("config.yaml")))
                .hasMessageContaining("expected a file config.yaml");
        assertThatThrownBy(() -> read("security: [\n")).hasMessageContaining("Flink cannot read");
    }

    private static boolean verifiesNames(FlinkSecurity security) {
        return security.client(HTTPS).get(SecurityOptions.SSL_REST_VERIFY_HOSTNAME);
    }

    private FlinkSecurity read(String yaml) throws Exception {
        return FlinkSecurity.read(Files.writeString(folder.resolve("config.yaml"), yaml));
    }
}
