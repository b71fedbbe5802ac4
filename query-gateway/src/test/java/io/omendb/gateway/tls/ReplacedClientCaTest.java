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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients whose CA is trusted no more, and who have been here before. */
class ReplacedClientCaTest {
    private static final String HOST = "127.0.0.1";
    private static final String SERVER = "san=ip:" + HOST;

    @TempDir Path folder;
    private TlsFiles files;
    private ServerTls tls;
    private PrivateCa other;
    private SSLContext client;

    @BeforeEach
    void open() throws Exception {
        PrivateCa ca = PrivateCa.in(folder).issue("server", "-ext", SERVER).issue("client");
        other = PrivateCa.in(Files.createDirectory(folder.resolve("other")));
        files =
                new TlsFiles(
                        ca.certificate("server"), ca.key("server"), folder.resolve("client-ca"));
        Files.copy(ca.certificate(), files.clientCa());
        tls = ServerTls.open(files);
        client = ca.context("client");
    }

    private void replaceCa() throws Exception {
        Files.copy(other.certificate(), files.clientCa(), StandardCopyOption.REPLACE_EXISTING);
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
            assertThat(answer(port, protocol, "http/1.1", request)).startsWith("HTTP/1.1 200 OK");
            assertThat(answer(port, protocol, "http/1.1", request)).startsWith("HTTP/1.1 200 OK");

            replaceCa();
            assertThat(answer(port, protocol, "http/1.1", request)).isEmpty();
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
            assertThat(answer(server.getPort(), protocol, "h2", preface)).isNotEmpty();
            assertThat(answer(server.getPort(), protocol, "h2", preface)).isNotEmpty();

            replaceCa();
            assertThat(answer(server.getPort(), protocol, "h2", preface)).isEmpty();
        } finally {
            server.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        }
    }

    /** The first that is answered; empty where the server ends the connection. */
    private String answer(int port, String protocol, String application, String request) {
        try (SSLSocket socket = (SSLSocket) client.getSocketFactory().createSocket(HOST, port)) {
            socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(20));
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setProtocols(new String[] {protocol});
            parameters.setApplicationProtocols(new String[] {application});
            socket.setSSLParameters(parameters);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            byte[] read = new byte[1 << 10];
            int length = socket.getInputStream().read(read);
            return new String(read, 0, Math.max(0, length), StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("no answer and no end", e);
        } catch (IOException e) {
            return "";
        }
    }
}
