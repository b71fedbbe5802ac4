package io.omendb.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.omendb.cli.client.GatewayClient;
import io.omendb.cli.stack.FlinkSecurity;
import io.omendb.cli.stack.RemoteJob;
import io.omendb.cli.stack.StackDirectory;
import io.omendb.connectors.ingest.IngestionJob;
import io.omendb.connectors.ingest.IngestionOptions;
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
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * A Flink cluster whose REST interface and whose inside are secured, and a gateway, a process of
 * its own, that knows the cluster's configuration. Kafka is that of the shared stack, whose own job
 * reads the same.
 */
@ExtendWith(SharedOmen.class)
class FlinkTlsIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SHARDS = 2;

    @Test
    void gatewayWithTheClustersConfiguration_findsShardsAndAsksThem_andOthersDoNot(
            SharedOmen.Running shared, @TempDir Path dir) throws Exception {
        String kafka =
                StackDirectory.running(shared.omen().directory()).orElseThrow().bootstrapServers();
        Path config = configuration(dir);
        Configuration flink = GlobalConfiguration.loadConfiguration(dir.toString());
        try (MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(flink)
                                .setNumSlotsPerTaskManager(SHARDS)
                                .build())) {
            cluster.start();
            cluster.submitJob(job(flink, kafka).getJobGraph()).get();
            URI rest = cluster.getRestAddress().join();
            assertThat(rest.getScheme()).isEqualTo("https");

            searchThroughAGateway(dir.resolve("gateway.log"), kafka, rest, config);

            assertPlainTextIsRefused(rest, config);
            URI plain = URI.create("http://" + rest.getHost() + ":" + rest.getPort());
            assertNothingIsFound(plain, "is it https?");
            assertThatThrownBy(() -> RemoteJob.open(plain, FlinkSecurity.read(config)))
                    .hasMessageContaining("expected https://...");
        }
    }

    /** One certificate for everything, in Flink's own form of the file. */
    private static Path configuration(Path dir) throws Exception {
        TestKeystore store = TestKeystore.createRsa(dir, "flink", "san=ip:127.0.0.1");
        return Files.writeString(
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
                state.backend.type: io.omendb.state.OmenStateBackendFactory
                io.tmp.dirs: %3$s
                """
                        .formatted(store.file(), TestKeystore.PASSWORD, dir));
    }

    private static StreamGraph job(Configuration flink, String kafka) {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(flink);
        environment.setParallelism(SHARDS);
        environment.setMaxParallelism(128);
        IngestionJob.build(environment, IngestionOptions.of(kafka));
        StreamGraph graph = environment.getStreamGraph();
        graph.setJobName(IngestionJob.NAME);
        return graph;
    }

    private static void searchThroughAGateway(Path log, String kafka, URI rest, Path config)
            throws Exception {
        Process process =
                RunningOmen.start(
                        log,
                        "gateway",
                        "--kafka",
                        kafka,
                        "--flink",
                        rest.toString(),
                        "--flink-config",
                        config.toString(),
                        "--port",
                        "0");
        try {
            GatewayClient client = new GatewayClient(GatewayCommandIT.url(process, log));
            GatewayCommandIT.await(process, log, client::isReady);
            client.send(
                    "PUT",
                    "/collections/secured",
                    JSON.readTree("{\"dimension\":2,\"metric\":\"l2\"}"));
            client.send(
                    "POST",
                    "/collections/secured/points?wait=true",
                    JSON.readTree("{\"points\":[{\"id\":\"a\",\"vector\":[1,2]}]}"));
            JsonNode answer =
                    client.send(
                            "POST",
                            "/collections/secured/search",
                            JSON.readTree("{\"vector\":[1,2],\"k\":5}"));
            assertThat(answer.path("hits")).hasSize(1);
            assertThat(answer.path("shards").path("answered").asInt()).isEqualTo(SHARDS);
        } finally {
            process.destroy();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static void assertPlainTextIsRefused(URI rest, Path config) throws Exception {
        try (RemoteJob job = RemoteJob.open(rest, FlinkSecurity.read(config));
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
            GatewayCommandIT.await(
                    () -> directory.problem() != null, () -> directory.shards().toString());
            assertThat(directory.shards()).isEmpty();
            assertThat(directory.problem()).contains(problem);
        }
    }
}
