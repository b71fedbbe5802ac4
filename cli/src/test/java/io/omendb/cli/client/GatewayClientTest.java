package io.omendb.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.stack.GatewayUrl;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Others than gateways may answer: proxies, login pages. */
class GatewayClientTest {
    private HttpServer server;
    private int status;
    private String body = "";

    @BeforeEach
    void start() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    exchange.getResponseHeaders().set("location", "https://db.example/");
                    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
                    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                    exchange.getResponseBody().write(bytes);
                    exchange.close();
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private GatewayClient client() {
        return new GatewayClient(
                GatewayAccess.of("http://127.0.0.1:" + server.getAddress().getPort()));
    }

    @Test
    void redirect_isNoAnswer() {
        for (int redirect : new int[] {301, 302, 307, 308}) {
            status = redirect;
            assertThatThrownBy(() -> client().send("GET", "/collections", null))
                    .isInstanceOfSatisfying(
                            OmenException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.EXTERNAL))
                    .hasMessageContaining("HTTP " + redirect)
                    .hasMessageContaining("--url: https://db.example/");
        }
    }

    @Test
    void pageOfAProxy_isAFailureOfItsStatus() {
        status = 502;
        body = "<html>Bad Gateway</html>";
        assertThatThrownBy(() -> client().send("GET", "/collections", null))
                .hasMessageContaining("HTTP 502");
        status = 200;
        assertThatThrownBy(() -> client().send("GET", "/collections", null))
                .hasMessageContaining("no answer of a gateway");
    }

    @Test
    void url_ofAnAddress_hasItsBrackets() {
        assertThat(GatewayUrl.of("http", "::1", 8080)).isEqualTo("http://[::1]:8080");
        assertThat(GatewayUrl.of("https", "[::1]", 1)).isEqualTo("https://[::1]:1");
        assertThat(GatewayUrl.of("http", "db.example", 1)).isEqualTo("http://db.example:1");
    }
}
