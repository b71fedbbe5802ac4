package io.omendb.gateway.shards;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.ShardTls;
import io.omendb.protocol.v1.CountRequest;
import io.omendb.protocol.v1.CountResponse;
import io.omendb.protocol.v1.ShardServiceGrpc.ShardServiceImplBase;
import io.omendb.tls.TestKeystore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Shards that know whom they answer, and what is said where they do not answer for that. */
class TlsShardsTest {
    private static final String HOST = "127.0.0.1";
    private static final int TIMEOUT_MS = 20_000;

    /** What differs is when a client hears that its certificate is refused. */
    private enum Version {
        TLS_1_2("TLSv1.2", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        TLS_1_3("TLSv1.3", "TLS_AES_128_GCM_SHA256");

        private final List<String> protocols;
        private final List<String> cipherSuites;

        Version(String protocol, String cipherSuite) {
            protocols = List.of(protocol);
            cipherSuites = List.of(cipherSuite);
        }

        ShardTls tls(TestKeystore own, TestKeystore trusted) throws Exception {
            return new ShardTls(own.keys(), trusted.trust(), protocols, cipherSuites);
        }
    }

    @TempDir static Path folder;
    private static TestKeystore cluster;
    private static TestKeystore foreign;

    @BeforeAll
    static void makeCertificates() throws Exception {
        cluster = TestKeystore.create(folder, "cluster");
        foreign = TestKeystore.create(folder, "foreign");
    }

    @ParameterizedTest
    @EnumSource(Version.class)
    void gatewayOfTheCluster_isAnswered_andOthersHearWhyNot(Version version) throws Exception {
        ShardTls inside = version.tls(cluster, cluster);
        try (Listening shard = Listening.start(inside)) {
            assertThat(ask(shard.port(), inside)).containsExactly(7L);

            assertUnavailable(shard.port(), null, "it closed the connection", "this one has none");
            assertUnavailable(
                    shard.port(),
                    version.tls(foreign, cluster),
                    "trust this gateway's certificate");
            assertUnavailable(
                    shard.port(),
                    version.tls(cluster, foreign),
                    "TLS handshake failed: its certificate is not one that this gateway trusts");

            assertThat(ask(shard.port(), inside)).containsExactly(7L);
        }
    }

    @Test
    void shardsInPlainText_areNotAskedByAGatewayThatSpeaksTls() throws Exception {
        try (Listening shard = Listening.start(null)) {
            assertThat(ask(shard.port(), null)).containsExactly(7L);

            assertUnavailable(
                    shard.port(),
                    Version.TLS_1_2.tls(cluster, cluster),
                    "TLS handshake failed: it speaks no TLS",
                    "security.ssl.internal.enabled");
        }
    }

    @Test
    void versionsThatDiffer_andShardsThatAreGone_areNamed() throws Exception {
        int port;
        try (Listening shard = Listening.start(Version.TLS_1_2.tls(cluster, cluster))) {
            port = shard.port();
            assertUnavailable(
                    port,
                    Version.TLS_1_3.tls(cluster, cluster),
                    "TLS handshake failed: protocols or cipher suites may differ",
                    "protocol_version");
        }
        assertUnavailable(port, null, "did not answer: ", "Connection refused");
    }

    /** How a refusal looks where the other side had not read everything: no reason arrives. */
    @Test
    void connectionsThatAreReset_areExplainedToo() throws Exception {
        try (Resetting shard = Resetting.start()) {
            assertUnavailable(shard.port(), null, "it closed the connection", "this one has none");
            assertUnavailable(
                    shard.port(),
                    Version.TLS_1_2.tls(cluster, cluster),
                    "may not trust this gateway's certificate");
        }
    }

    private static void assertUnavailable(int port, @Nullable ShardTls tls, String... parts) {
        assertThatThrownBy(() -> ask(port, tls))
                .cause()
                .isInstanceOfSatisfying(
                        OmenException.class,
                        failure -> assertThat(failure.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageStartingWith("Shard 0 at " + HOST + ":" + port)
                .hasMessageContainingAll(parts);
    }

    private record Listening(Server server) implements AutoCloseable {
        static Listening start(@Nullable ShardTls tls) throws Exception {
            NettyServerBuilder builder =
                    NettyServerBuilder.forAddress(new InetSocketAddress(HOST, 0))
                            .addService(new Counts());
            if (tls != null) {
                builder.sslContext(tls.server());
            }
            return new Listening(builder.build().start());
        }

        int port() {
            return server.getPort();
        }

        @Override
        public void close() throws InterruptedException {
            server.shutdownNow().awaitTermination();
        }
    }

    /** Ends each connection by a reset once it has sent something. */
    private record Resetting(ServerSocket socket, Thread thread) implements AutoCloseable {
        static Resetting start() throws IOException {
            ServerSocket socket = new ServerSocket(0, 50, InetAddress.getByName(HOST));
            Thread thread = new Thread(() -> resetAll(socket), "resetting");
            thread.start();
            return new Resetting(socket, thread);
        }

        private static void resetAll(ServerSocket socket) {
            while (!socket.isClosed()) {
                try (Socket connection = socket.accept()) {
                    connection.setSoLinger(true, 0);
                    connection.getInputStream().read();
                } catch (IOException e) {
                    // Closed by the test, or by the client before it sent anything.
                }
            }
        }

        int port() {
            return socket.getLocalPort();
        }

        @Override
        public void close() throws Exception {
            socket.close();
            thread.join();
        }
    }

    private static List<Long> ask(int port, @Nullable ShardTls tls) throws Exception {
        SearchLimit limit = new SearchLimit(8, 8, System::nanoTime);
        try (Shards shards = Shards.open(new One(port), limit, tls)) {
            return shards
                    .ask(
                            Deadline.of(System.nanoTime(), TIMEOUT_MS),
                            false,
                            shard -> shard.count(CountRequest.getDefaultInstance()))
                    .get(2 * TIMEOUT_MS, TimeUnit.MILLISECONDS)
                    .values()
                    .stream()
                    .map(CountResponse::getCount)
                    .toList();
        }
    }

    private static final class Counts extends ShardServiceImplBase {
        @Override
        public void count(CountRequest request, StreamObserver<CountResponse> out) {
            out.onNext(CountResponse.newBuilder().setCount(7).build());
            out.onCompleted();
        }
    }

    private record One(int port) implements ShardDirectory {
        @Override
        public List<ShardAddress> shards() {
            return List.of(new ShardAddress(0, 1, 0, HOST, port, 0, 127));
        }

        @Override
        public void reportUnreachable(ShardAddress address) {}

        @Override
        public void close() {}
    }
}
