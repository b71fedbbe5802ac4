package io.omendb.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.omendb.gateway.http.Acceptors;
import io.omendb.tls.PrivateCa;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose CA is trusted no more, and who have been here before. */
class ReplacedClientCaTest {
    private static final String HOST = "127.0.0.1";
    private static final String SERVER = "san=ip:" + HOST;

    @TempDir private static Path folder;
    private static PrivateCa ca;
    private static PrivateCa other;
    private TlsFiles files;
    private ServerTls tls;
    private SSLContext client;

    /** When the session began that was used last. */
    private long sessionBegan;

    @BeforeAll
    static void issue() throws Exception {
        ca = PrivateCa.in(folder).issue("server", "-ext", SERVER).issue("client");
        other = PrivateCa.in(Files.createDirectory(folder.resolve("other")));
    }

    @BeforeEach
    void open() throws Exception {
        files =
                new TlsFiles(
                        ca.certificate("server"), ca.key("server"), folder.resolve("client-ca"));
        Files.copy(ca.certificate(), files.clientCa(), StandardCopyOption.REPLACE_EXISTING);
        tls = ServerTls.open(files);
        client = ca.context("client"); // with no session yet
    }

    private void trust(PrivateCa authority) throws Exception {
        Files.copy(authority.certificate(), files.clientCa(), StandardCopyOption.REPLACE_EXISTING);
        tls.reload();
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void http_letsThemInNoMore(String protocol) throws Exception {
        ServerBuilder builder =
                Server.builder()
                        .port(new InetSocketAddress(HOST, 0), SessionProtocol.HTTPS)
                        .bossGroupFactory(address -> Acceptors.beside(CommonPools.workerGroup()))
                        .service("/", (context, request) -> HttpResponse.of("ok"));
        tls.configure(builder);
        Server server = builder.build();
        server.start().join();
        try {
            int port = server.activeLocalPort();
            String request = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
            // As long as somebody is there the server keeps what sessions are resumed with.
            try (SSLSocket held = connect(port, protocol, "http/1.1")) {
                held.startHandshake();
                check(port, protocol, "http/1.1", request);
            }
        } finally {
            server.stop().join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void grpc_letsThemInNoMore(String protocol) throws Exception {
        io.grpc.Server server =
                NettyServerBuilder.forAddress(new InetSocketAddress(HOST, 0))
                        .sslContext(tls.grpc())
                        .build()
                        .start();
        try {
            // The preface of HTTP/2 and settings without any, which the server answers with its
            // own.
            String preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0";
            check(server.getPort(), protocol, "h2", preface);
        } finally {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    private void check(int port, String protocol, String application, String request)
            throws Exception {
        String first = answer(port, protocol, application, request);
        assertThat(first).isNotEmpty();
        long begun = sessionBegan;
        assertThat(answer(port, protocol, application, request)).isEqualTo(first);
        assertThat(sessionBegan).as("a session is resumed").isEqualTo(begun);

        trust(other);
        assertThat(answer(port, protocol, application, request)).isEmpty();

        trust(ca);
        assertThat(answer(port, protocol, application, request)).isEqualTo(first);
    }

    private SSLSocket connect(int port, String protocol, String application) throws IOException {
        SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket(HOST, port);
        socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(new String[] {protocol});
        parameters.setApplicationProtocols(new String[] {application});
        socket.setSSLParameters(parameters);
        return socket;
    }

    /** The beginning of what is answered; empty where the server ends the connection. */
    private String answer(int port, String protocol, String application, String request) {
        try (SSLSocket socket = connect(port, protocol, application)) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] read = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
            sessionBegan = socket.getSession().getCreationTime();
            return new String(read, StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer and no end", e);
        } catch (IOException e) {
            return "";
        }
    }
}
