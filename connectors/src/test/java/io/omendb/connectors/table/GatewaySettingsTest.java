package io.omendb.connectors.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.omendb.client.OmenClient;
import io.omendb.tls.PrivateCa;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway that wants a key, by TLS, with a certificate of a private CA. */
class GatewaySettingsTest {
    @TempDir Path dir;

    private static GatewaySettings settings(String url, String ca) {
        return new GatewaySettings(
                url,
                "s3cret",
                ca,
                "products",
                null,
                OmenTableOptions.Consistency.EVENTUAL,
                Duration.ofSeconds(10));
    }

    @Test
    void caAndKey_areTheGateways() throws Exception {
        PrivateCa ca = PrivateCa.in(dir).issue("server", "-ext", "san=ip:127.0.0.1");
        HttpsServer server =
                HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(ca.context("server")));
        List<String> keys = new ArrayList<>();
        server.createContext(
                "/collections",
                exchange -> {
                    try (exchange) {
                        keys.add(exchange.getRequestHeaders().getFirst("Authorization"));
                        byte[] answer = "{\"collections\":[]}".getBytes(StandardCharsets.UTF_8);
                        exchange.sendResponseHeaders(200, answer.length);
                        exchange.getResponseBody().write(answer);
                    }
                });
        server.start();
        String url = "https://127.0.0.1:" + server.getAddress().getPort();
        try (OmenClient client = settings(url, ca.certificate().toString()).connect();
                OmenClient without = settings(url, null).connect()) {
            assertThat(client.listCollections()).isEmpty();
            assertThat(keys).containsExactly("Bearer s3cret");
            assertThatThrownBy(without::listCollections).hasMessageContaining("not trusted");
        } finally {
            server.stop(0);
        }
    }

    @Test
    void texts_haveNoKey_andNameTheFileThatIsMissing() {
        GatewaySettings settings = settings("https://a", dir.resolve("none.pem").toString());
        assertThat(settings.toString()).doesNotContain("s3cret");
        assertThatThrownBy(settings::connect)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none.pem");
    }
}
