package io.omendb.flink.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.ShardTls;
import io.omendb.protocol.v1.DescribeRequest;
import io.omendb.protocol.v1.ShardServiceGrpc;
import io.omendb.state.OpenedState;
import io.omendb.state.VectorState;
import io.omendb.tls.TestKeystore;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.SecurityOptions;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a shard server answers where Flink's internal communication is secured. */
class ShardServerTlsTest {
    private static final String HOST = "127.0.0.1";
    private static final String SUITE = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256";

    /** So that a certificate of its own is all that one with this trust lacks. */
    private static final TrustManagerFactory ANYBODY = InsecureTrustManagerFactory.INSTANCE;

    @TempDir static Path folder;
    private static TestKeystore cluster;
    private static TestKeystore foreign;

    @TempDir Path segments;

    @BeforeAll
    static void makeCertificates() throws Exception {
        cluster = TestKeystore.create(folder, "cluster");
        foreign = TestKeystore.create(folder, "foreign");
    }

    /** The certificate names no host, so this also shows that names do not matter. */
    @ParameterizedTest
    @CsvSource({
        "TLSv1.2, 'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384," + SUITE + "'",
        "'TLSv1.3, TLSv1.2', 'TLS_AES_128_GCM_SHA256, " + SUITE + "'"
    })
    void oneOfTheCluster_isAnswered_andNobodyElse(String protocols, String ciphers)
            throws Exception {
        Configuration flink = internal(cluster, cluster);
        flink.set(SecurityOptions.SSL_PROTOCOL, protocols);
        flink.set(SecurityOptions.SSL_ALGORITHMS, ciphers);
        ShardTls known = InternalTls.of(flink).orElseThrow();
        ShardTls stranger =
                new ShardTls(
                        foreign.keys(), cluster.trust(), known.protocols(), known.cipherSuites());
        try (VectorState state = OpenedState.in(segments);
                ShardServer server = ShardServer.start(HOST, 0, HOST, 0, state, known)) {
            describe(channel(server).sslContext(known.client()));

            assertRefused(() -> describe(channel(server).sslContext(stranger.client())));
            assertRefused(
                    () ->
                            describe(
                                    channel(server)
                                            .sslContext(
                                                    GrpcSslContexts.forClient()
                                                            .trustManager(ANYBODY)
                                                            .build())));
            assertRefused(() -> describe(channel(server).usePlaintext()));

            describe(channel(server).sslContext(known.client()));
        }
    }

    @Test
    void serverOfAStranger_isNotAsked() throws Exception {
        ShardTls known = InternalTls.of(internal(cluster, cluster)).orElseThrow();
        ShardTls stranger = InternalTls.of(internal(foreign, cluster)).orElseThrow();
        try (VectorState state = OpenedState.in(segments);
                ShardServer server = ShardServer.start(HOST, 0, HOST, 0, state, stranger)) {
            assertRefused(() -> describe(channel(server).sslContext(known.client())));
        }
    }

    @Test
    void protocolThatIsNotConfigured_isRefused() throws Exception {
        ShardTls known = InternalTls.of(internal(cluster, cluster)).orElseThrow();
        Configuration newer = internal(cluster, cluster);
        newer.set(SecurityOptions.SSL_PROTOCOL, "TLSv1.3");
        newer.set(SecurityOptions.SSL_ALGORITHMS, "TLS_AES_128_GCM_SHA256");
        try (VectorState state = OpenedState.in(segments);
                ShardServer server = ShardServer.start(HOST, 0, HOST, 0, state, known)) {
            assertRefused(
                    () ->
                            describe(
                                    channel(server)
                                            .sslContext(
                                                    InternalTls.of(newer).orElseThrow().client())));
        }
    }

    /** The trust store accepts it, and is not asked. */
    @Test
    void certificateWithoutTheFingerprint_isRefused() throws Exception {
        Configuration flink = internal(cluster, foreign);
        flink.set(SecurityOptions.SSL_INTERNAL_CERT_FINGERPRINT, cluster.fingerprint());
        ShardTls pinned = InternalTls.of(flink).orElseThrow();
        ShardTls other = InternalTls.of(internal(foreign, cluster)).orElseThrow();
        try (VectorState state = OpenedState.in(segments);
                ShardServer server = ShardServer.start(HOST, 0, HOST, 0, state, pinned)) {
            describe(channel(server).sslContext(pinned.client()));

            assertRefused(() -> describe(channel(server).sslContext(other.client())));
        }
    }

    @Test
    void keysForEverything_areTakenWhereThereAreNoneForTheInside() throws Exception {
        Configuration flink = new Configuration();
        assertThat(InternalTls.of(flink)).isEmpty();
        flink.set(SecurityOptions.SSL_INTERNAL_ENABLED, true);
        assertInvalid(flink, "security.ssl.internal.keystore-password", "found nothing");
        flink.set(SecurityOptions.SSL_KEYSTORE_PASSWORD, TestKeystore.PASSWORD);
        assertInvalid(flink, "security.ssl.internal.keystore: ", "or security.ssl.keystore");
        flink.set(SecurityOptions.SSL_KEYSTORE, cluster.file().toString());
        flink.set(SecurityOptions.SSL_KEY_PASSWORD, TestKeystore.PASSWORD);
        flink.set(SecurityOptions.SSL_TRUSTSTORE, cluster.file().toString());
        flink.set(SecurityOptions.SSL_TRUSTSTORE_PASSWORD, TestKeystore.PASSWORD);
        assertThat(InternalTls.of(flink).orElseThrow().protocols()).containsExactly("TLSv1.2");

        flink.set(SecurityOptions.SSL_INTERNAL_CERT_FINGERPRINT, "not one");
        assertInvalid(flink, "cert.fingerprint", "found not one, expected SHA-1");
    }

    @Test
    void whatCannotBeUsed_isNamed() throws Exception {
        Configuration flink = internal(cluster, cluster);
        flink.set(SecurityOptions.SSL_INTERNAL_KEYSTORE_PASSWORD, "wrong");
        assertThatThrownBy(() -> InternalTls.of(flink))
                .hasMessageContaining("security.ssl.internal.keystore: found " + cluster.file())
                .hasMessageContaining("password");

        Configuration old = internal(cluster, cluster);
        old.set(SecurityOptions.SSL_ALGORITHMS, "TLS_NO_SUCH_SUITE");
        ShardTls tls = InternalTls.of(old).orElseThrow();
        assertThatThrownBy(tls::server).hasMessageContaining("TLS_NO_SUCH_SUITE");
        assertThatThrownBy(tls::client).hasMessageContaining("TLS_NO_SUCH_SUITE");
    }

    private static void assertInvalid(Configuration flink, String... parts) {
        assertThatThrownBy(() -> InternalTls.of(flink))
                .isInstanceOfSatisfying(
                        OmenException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.INVALID))
                .hasMessageContainingAll(parts);
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        refused ->
                                assertThat(refused.getStatus().getCode())
                                        .isEqualTo(Status.Code.UNAVAILABLE));
    }

    private static Configuration internal(TestKeystore own, TestKeystore trusted) {
        Configuration flink = new Configuration();
        flink.set(SecurityOptions.SSL_INTERNAL_ENABLED, true);
        flink.set(SecurityOptions.SSL_ALGORITHMS, SUITE);
        flink.set(SecurityOptions.SSL_INTERNAL_KEYSTORE, own.file().toString());
        flink.set(SecurityOptions.SSL_INTERNAL_KEYSTORE_PASSWORD, TestKeystore.PASSWORD);
        flink.set(SecurityOptions.SSL_INTERNAL_KEY_PASSWORD, TestKeystore.PASSWORD);
        flink.set(SecurityOptions.SSL_INTERNAL_TRUSTSTORE, trusted.file().toString());
        flink.set(SecurityOptions.SSL_INTERNAL_TRUSTSTORE_PASSWORD, TestKeystore.PASSWORD);
        return flink;
    }

    private static NettyChannelBuilder channel(ShardServer server) {
        return NettyChannelBuilder.forAddress(HOST, server.port());
    }

    private static void describe(NettyChannelBuilder builder) throws InterruptedException {
        ManagedChannel channel = builder.build();
        try {
            assertThat(
                            ShardServiceGrpc.newBlockingStub(channel)
                                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                                    .describe(DescribeRequest.getDefaultInstance()))
                    .isNotNull();
        } finally {
            channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
        }
    }
}
