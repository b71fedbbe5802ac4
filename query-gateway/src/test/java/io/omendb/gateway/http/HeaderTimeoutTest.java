package io.omendb.gateway.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.omendb.tls.PrivateCa;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that take their time over the head of a request, or before it. */
class HeaderTimeoutTest {
    private static final int HEADER_MS = 500;
    private static final String HOST = "127.0.0.1";
    private static final String BEGINNING = "GET / HTTP/1.1\r\nhost: a\r\nx: ";

    @TempDir static Path folder;
    private static PrivateCa ca;

    @BeforeAll
    static void issue() throws Exception {
        ca = PrivateCa.in(folder).issue("server", "-ext", "san=ip:" + HOST).issue("client");
    }

    private static Server start(boolean encrypted) throws Exception {
        ServerBuilder server =
                Server.builder().service("/", (context, request) -> HttpResponse.of("ok"));
        if (encrypted) {
            server.https(0).tls(ca.certificate("server").toFile(), ca.key("server").toFile());
        } else {
            server.http(0);
        }
        server.bossGroupFactory(address -> Acceptors.beside(CommonPools.workerGroup()));
        Connections.configure(server, Limits.DEFAULT.withReadMs(HEADER_MS, 60_000), encrypted);
        Server started = server.build();
        started.start().join();
        return started;
    }

    private static Socket connect(Server server, @Nullable String protocol) throws Exception {
        int port = server.activeLocalPort();
        if (protocol == null) {
            return patient(new Socket(HOST, port));
        }
        SSLContext trusting = ca.context("client");
        SSLSocket socket = (SSLSocket) trusting.getSocketFactory().createSocket(HOST, port);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        return patient(socket);
    }

    private static Socket patient(Socket socket) throws IOException {
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(30));
        return socket;
    }

    private static void send(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
        socket.getOutputStream().flush();
    }

    private static void assertAnswered(Socket socket) throws IOException {
        send(socket, "GET / HTTP/1.1\r\nhost: a\r\n\r\n");
        assertThat(
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII))
                                .readLine())
                .isEqualTo("HTTP/1.1 200 OK");
    }

    @Test
    void plainText_isWatched() throws Exception {
        check(null);
    }

    /** The handshake is no head, and is over when a request may begin. */
    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void encrypted_isWatched_onceThereIsAHead(String protocol) throws Exception {
        check(protocol);
    }

    private static void check(@Nullable String protocol) throws Exception {
        Server server = start(protocol != null);
        try (Socket idle = connect(server, protocol);
                Socket slow = connect(server, protocol)) {
            send(slow, BEGINNING);
            assertThat(slow.getInputStream().read()).isEqualTo(-1);
            assertAnswered(idle);
        } finally {
            server.stop().join();
        }
    }
}
