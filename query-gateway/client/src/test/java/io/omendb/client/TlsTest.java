package io.omendb.client;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.omendb.client.OmenClientException.Reason;
import io.omendb.client.StubServer.Reply;
import io.omendb.client.tls.TlsFailure;
import io.omendb.client.tls.TrustedCertificates;
import io.omendb.tls.PrivateCa;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a client trusts, and what it says of whom it does not. */
class TlsTest {
    private static final String HERE = "san=ip:127.0.0.1";
    private static final RetryPolicy QUICK =
            RetryPolicy.DEFAULT.withBackoff(Duration.ofMillis(1), Duration.ofMillis(2));

    @TempDir static Path dir;
    private static PrivateCa ca;
    private static Path trusted;

    @BeforeAll
    static void make() throws Exception {
        ca = PrivateCa.in(dir).issue("server", "-ext", HERE);
        trusted = ca.certificate();
    }

    private static StubServer serve(String certificate) throws Exception {
        return StubServer.start(ca.context(certificate), false)
                .inTurn(Reply.of(200, "{'collections':[]}"));
    }

    private static OmenClientException failure(
            StubServer server, UnaryOperator<OmenClient.Builder> settings) {
        try (OmenClient client =
                settings.apply(
                                OmenClient.builder(server.url())
                                        .requestTimeout(Duration.ofSeconds(20))
                                        .retries(QUICK))
                        .connect()) {
            return catchThrowableOfType(OmenClientException.class, client::listCollections);
        }
    }

    private static void failsAtOnce(OmenClientException failure, String... words) {
        assertThat(failure.reason()).as(failure.toString()).isEqualTo(Reason.TLS);
        assertThat(failure.code()).isEqualTo("TLS");
        assertThat(failure.attempts()).isEqualTo(1);
        assertThat(failure)
                .hasMessageStartingWith("GET /collections: no TLS connection to https://127.0.0.1:")
                .hasMessageContainingAll(words);
    }

    @Test
    void certificateOfATrustedCa_isTaken() throws Exception {
        try (StubServer server = serve("server")) {
            assertThat(failure(server, to -> to.trustedCertificates(trusted))).isNull();
            assertThat(server.requests()).hasSize(1);

            try (OmenClient client = secured(server.url(), "s3cret", trusted)) {
                assertThat(client.listCollections()).isEmpty();
            }
            assertThat(server.last().header("Authorization")).isEqualTo("Bearer s3cret");
        }
    }

    /** As docs/java-client.md has it. */
    private static OmenClient secured(String gateway, String apiKey, Path ca) {
        // snippet
        OmenClient client =
                OmenClient.builder(gateway) // "https://db.example.com:8080"
                        .bearerToken(apiKey)
                        .trustedCertificates(ca) // a PEM file
                        .connect();
        // end
        return client;
    }

    @Test
    void certificateOfAnotherCa_isUntrusted() throws Exception {
        PrivateCa other = PrivateCa.in(Files.createDirectory(dir.resolve("other")));
        try (StubServer server = serve("server")) {
            failsAtOnce(failure(server, to -> to), "not trusted");
            failsAtOnce(
                    failure(server, to -> to.trustedCertificates(certificate(other))),
                    "not trusted");
            assertThat(server.requests()).isEmpty();

            Path both =
                    Files.writeString(
                            dir.resolve("both.pem"),
                            "the other one\n"
                                    + Files.readString(certificate(other))
                                    + "a key, which is none of its business\n"
                                    + Files.readString(ca.key("server"))
                                    + Files.readString(trusted));
            assertThat(failure(server, to -> to.trustedCertificates(both))).isNull();
        }
    }

    private static Path certificate(PrivateCa authority) {
        try {
            return authority.certificate();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void certificateOfAnotherHost_isNotTaken_saveForWhoPinsIt() throws Exception {
        ca.issue("elsewhere", "-ext", "san=dns:db.example.com");
        try (StubServer server = serve("elsewhere")) {
            failsAtOnce(
                    failure(server, to -> to.trustedCertificates(trusted)),
                    "for another host",
                    "127.0.0.1");
            TrustedCertificates pin = TrustedCertificates.read(ca.certificate("elsewhere"));
            assertThat(failure(server, to -> to.sslContext(pin.pinned(null)))).isNull();
        }
        try (StubServer server = serve("server")) {
            TrustedCertificates pin = TrustedCertificates.read(ca.certificate("elsewhere"));
            failsAtOnce(
                    failure(server, to -> to.sslContext(pin.pinned(null))),
                    "found one of CN=server",
                    "elsewhere.pem");
        }
    }

    @Test
    void certificateOfYesterday_hasExpired_alsoWhereItIsTrustedByItself() throws Exception {
        String[] past = {"-ext", HERE, "-startdate", "-3d", "-validity", "2"};
        ca.issue("past", past).selfSigned("alone", past);
        try (StubServer server = serve("past")) {
            failsAtOnce(failure(server, to -> to.trustedCertificates(trusted)), "has expired");
        }
        Path alone = ca.certificate("alone");
        try (StubServer server = serve("alone")) {
            failsAtOnce(failure(server, to -> to.trustedCertificates(alone)), "has expired");
        }
    }

    @Test
    void serverThatWantsACertificate_getsTheOneOfTheContext() throws Exception {
        ca.issue("shop");
        SSLContext shop = ca.context("shop");
        try (StubServer server =
                StubServer.start(ca.context("server"), true)
                        .inTurn(Reply.of(200, "{'collections':[]}"))) {
            assertThat(failure(server, to -> to.sslContext(shop))).isNull();
            assertThat(server.requests()).hasSize(1);

            assertThat(failure(server, to -> to.trustedCertificates(trusted))).isNotNull();
            assertThat(server.requests()).hasSize(1);
        }
    }

    /** The JDK's HTTP server hangs up without a word; others say why, as its sockets do. */
    @Test
    void serverThatWantsACertificate_saysSo() throws Exception {
        SSLSocketFactory factory = ca.context("server").getSocketFactory();
        try (ServerSocket wanting = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // The JDK's client connects again by itself, once.
            Thread refusing = new Thread(() -> refuseAll(wanting, factory));
            refusing.start();
            try (OmenClient client =
                    OmenClient.builder("https://127.0.0.1:" + wanting.getLocalPort())
                            .trustedCertificates(trusted)
                            .connect()) {
                failsAtOnce(
                        catchThrowableOfType(OmenClientException.class, client::listCollections),
                        "refused the connection",
                        "it may want a client certificate");
            }
            wanting.close();
            refusing.join();
        }
    }

    private static void refuseAll(ServerSocket wanting, SSLSocketFactory factory) {
        while (!wanting.isClosed()) {
            try (Socket plain = wanting.accept()) {
                SSLSocket socket = (SSLSocket) factory.createSocket(plain, null, -1, false);
                socket.setUseClientMode(false);
                socket.setNeedClientAuth(true);
                try {
                    socket.startHandshake();
                } catch (IOException refused) {
                    // Closed with a request unread, the connection would be reset, and the client
                    // might not see why.
                    plain.getInputStream().transferTo(OutputStream.nullOutputStream());
                }
            } catch (IOException e) {
                // The end.
            }
        }
    }

    /** As servers do that read a line which is none; the JDK's waits for the end of it. */
    @Test
    void serverWithoutTls_isSaidToBe() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            // The JDK's client may connect again by itself, once.
            Thread answering = new Thread(() -> answerAll(plain));
            answering.start();
            try (OmenClient client =
                    OmenClient.builder("https://127.0.0.1:" + plain.getLocalPort())
                            .requestTimeout(Duration.ofSeconds(20))
                            .connect()) {
                failsAtOnce(
                        catchThrowableOfType(OmenClientException.class, client::listCollections),
                        "does not speak TLS");
            }
            plain.close();
            answering.join();
        }
    }

    private static void answerAll(ServerSocket plain) {
        while (!plain.isClosed()) {
            try (Socket socket = plain.accept()) {
                int unused = socket.getInputStream().read();
                socket.getOutputStream()
                        .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(US_ASCII));
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // The end, or the client's.
            }
        }
    }

    /** What is lost may be tried again; what TLS refuses may not. */
    @Test
    void connectionThatBreaks_isNoFailureOfTls() {
        assertThat(TlsFailure.of(new IOException("Connection reset"))).isEmpty();
        assertThat(TlsFailure.of(null)).isEmpty();
        assertThat(TlsFailure.of(new SSLHandshakeException("Remote host terminated the handshake")))
                .isEmpty();
        assertThat(
                        TlsFailure.of(
                                new SSLException(
                                        "closing inbound before receiving peer's close_notify")))
                .isEmpty();
        assertThat(TlsFailure.of(new IOException(new SSLHandshakeException("no cipher suites"))))
                .hasValue(new TlsFailure(TlsFailure.Kind.OTHER, "no cipher suites"));
    }

    @Test
    void settingsThatCannotBe_areRefusedBefore() throws Exception {
        OmenClient.Builder plain = OmenClient.builder("http://localhost:1");
        assertThatThrownBy(() -> plain.trustedCertificates(trusted).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "uri: found http://localhost:1, expected https:// where certificates are"
                                + " given");
        assertThatThrownBy(
                        () ->
                                OmenClient.builder("http://localhost:1")
                                        .sslContext(SSLContext.getDefault())
                                        .connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected https://");
        OmenClient.Builder secure = OmenClient.builder("https://localhost:1");
        Path missing = dir.resolve("missing.pem");
        assertThatThrownBy(() -> secure.trustedCertificates(missing).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("trustedCertificates: cannot read " + missing);
        Path key = ca.key("server");
        assertThatThrownBy(() -> secure.trustedCertificates(key).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "trustedCertificates: "
                                + key
                                + ": found no certificate, expected -----BEGIN CERTIFICATE-----"
                                + " (PEM)");
        Path bad =
                Files.writeString(
                        dir.resolve("bad.pem"),
                        Files.readString(trusted)
                                + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        assertThatThrownBy(() -> secure.trustedCertificates(bad).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "trustedCertificates: " + bad + ": certificate 2 cannot be read: ");
        assertThatThrownBy(
                        () ->
                                secure.trustedCertificates(trusted)
                                        .sslContext(SSLContext.getDefault())
                                        .connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected one of the two");
    }
}
