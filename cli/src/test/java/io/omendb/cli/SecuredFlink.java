package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.omendb.cli.stack.FlinkSecurity;
import io.omendb.cli.stack.RemoteJob;
import io.omendb.connectors.ingest.IngestionJob;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.v1.DescribeRequest;
import io.omendb.protocol.v1.ShardServiceGrpc;
import io.omendb.tls.TestKeystore;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;

/**
 * A Flink cluster whose REST interface and whose inside speak mutual TLS.
 *
 * @param configuration Flink's own file
 */
record SecuredFlink(Path configuration) {
    static final int SHARDS = 2;

    /** One certificate for everything, in Flink's own form of the file. */
    static SecuredFlink in(Path dir) throws Exception {
        TestKeystore store = TestKeystore.createRsa(dir, "flink", "san=ip:127.0.0.1");
        return new SecuredFlink(
                Files.writeString(
                        dir.resolve(GlobalConfiguration.FLINK_CONF_FILENAME),
                        """
                security:
                  ssl:
                    keystore: %1$s
                    keystore-password: %2$s
                    key-password: %2$s
                    truststore: %1$s
                    truststore-password: %2$s
                    internal:
                      enabled: true
                    rest:
                      enabled: true
                      authentication-enabled: true
                      verify-hostname: true
                rest:
                  address: 127.0.0.1
                  bind-address: 127.0.0.1
                  bind-port: 0
                restart-strategy.type: none
                state.backend.type: io.omendb.state.OmenStateBackendFactory
                io.tmp.dirs: %3$s
                """
                                .formatted(store.file(), TestKeystore.PASSWORD, dir)));
    }

    /** Not started. */
    MiniCluster cluster() {
        return new MiniCluster(
                new MiniClusterConfiguration.Builder()
                        .setConfiguration(
                                GlobalConfiguration.loadConfiguration(
                                        String.valueOf(configuration.getParent())))
                        .setNumTaskManagers(1)
                        .setNumSlotsPerTaskManager(SHARDS + 1)
                        .build());
    }

    void assertPlainTextIsRefused(URI rest) throws Exception {
        assertThat(rest.getScheme()).isEqualTo("https");
        assertShardsRefuse(rest);
        URI plain = URI.create("http://" + rest.getHost() + ":" + rest.getPort());
        assertNothingIsFound(plain, "is it https?");
        assertThatThrownBy(() -> RemoteJob.open(plain, FlinkSecurity.read(configuration)))
                .hasMessageContaining("expected https://...");
    }

    private void assertShardsRefuse(URI rest) throws Exception {
        try (RemoteJob job = RemoteJob.open(rest, FlinkSecurity.read(configuration));
                ShardDirectory directory = job.shards(IngestionJob.VECTORS_UID)) {
            GatewayCommandIT.await(() -> directory.shards().size() == SHARDS, directory::problem);
            List<ShardAddress> shards = directory.shards();
            assertThat(directory.problem()).isNull();
            for (ShardAddress shard : shards) {
                ManagedChannel channel =
                        NettyChannelBuilder.forAddress(shard.host(), shard.port())
                                .usePlaintext()
                                .build();
                try {
                    assertThatThrownBy(
                                    () ->
                                            ShardServiceGrpc.newBlockingStub(channel)
                                                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                                                    .describe(DescribeRequest.getDefaultInstance()))
                            .isInstanceOf(StatusRuntimeException.class)
                            .hasMessageContaining("UNAVAILABLE");
                } finally {
                    channel.shutdownNow();
                }
            }
        }
    }

    private static void assertNothingIsFound(URI rest, String problem) throws Exception {
        try (RemoteJob job = RemoteJob.open(rest, FlinkSecurity.NONE);
                ShardDirectory directory = job.shards(IngestionJob.VECTORS_UID)) {
            // That it takes long to answer may be said before.
            GatewayCommandIT.await(
                    () -> String.valueOf(directory.problem()).contains(problem),
                    () -> directory.shards() + ", " + directory.problem());
            assertThat(directory.shards()).isEmpty();
        }
    }
}
