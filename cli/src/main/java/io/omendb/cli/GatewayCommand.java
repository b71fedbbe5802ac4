package io.omendb.cli;

import io.omendb.OmenException;
import io.omendb.cli.stack.FlinkSecurity;
import io.omendb.cli.stack.GatewayConfig;
import io.omendb.cli.stack.GatewayUrl;
import io.omendb.cli.stack.RemoteJob;
import io.omendb.cli.stack.StackConfig;
import io.omendb.connectors.ingest.IngestionJob;
import io.omendb.embed.Embedders;
import io.omendb.gateway.Gateway;
import io.omendb.gateway.GatewayOptions;
import io.omendb.protocol.ShardDirectory;
import io.omendb.protocol.ShardTls;
import io.omendb.protocol.kafka.KafkaDoor;
import io.omendb.protocol.kafka.KafkaSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** A gateway alone, before a job on a Flink cluster of its own. */
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        description =
                "Run only the gateway: Kafka and a Flink cluster with the ingestion job are"
                        + " elsewhere.")
final class GatewayCommand implements Callable<Integer> {
    @Option(
            names = "--kafka",
            paramLabel = "HOST:PORT",
            defaultValue = "${env:OMEN_KAFKA_BOOTSTRAP_SERVERS}",
            description =
                    "Kafka's bootstrap servers (or OMEN_KAFKA_BOOTSTRAP_SERVERS, or those of"
                            + " --kafka-config).")
    private @Nullable String kafka;

    @Option(
            names = "--kafka-config",
            paramLabel = "FILE",
            defaultValue = "${env:OMEN_KAFKA_CONFIG}",
            description =
                    "Properties of Kafka's clients (security.protocol, sasl.*, ssl.*), for a"
                            + " secured cluster (or OMEN_KAFKA_CONFIG), see docs/cluster.md.")
    private @Nullable String kafkaConfig;

    @Option(
            names = "--flink",
            required = true,
            paramLabel = "URL",
            defaultValue = "${env:OMEN_FLINK_REST}",
            description =
                    "Flink's REST address, such as http://jobmanager:8081 (or OMEN_FLINK_REST)."
                            + " With https and no --flink-config its certificate must be one that Java"
                            + " trusts.")
    private URI flink = URI.create("");

    @Option(
            names = "--flink-config",
            paramLabel = "FILE",
            description =
                    "The cluster's config.yaml (or OMEN_FLINK_CONFIG). Of it security.ssl.* is"
                            + " used: rest.* for --flink https://..., internal.* for the shards; see"
                            + " docs/cluster.md.")
    private @Nullable Path flinkConfig;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "${env:OMEN_HOST:-127.0.0.1}",
            description = "Address to listen on (or OMEN_HOST; default: 127.0.0.1).")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Port to listen on (default: 8080).")
    private int port = 8080;

    @Option(
            names = "--grpc-port",
            paramLabel = "PORT",
            description = "Port to listen on for gRPC (default: none).")
    private @Nullable Integer grpcPort;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "YAML configuration; only its parts gateway and topics are used, see"
                            + " docs/configuration.md.")
    private @Nullable Path config;

    @Override
    public Integer call() throws Exception {
        StackConfig read = config == null ? StackConfig.DEFAULT : StackConfig.read(config);
        GatewayConfig chosen = chosen(read.gateway());
        Path clusterConfig = EnvironmentFile.or(flinkConfig, "OMEN_FLINK_CONFIG");
        FlinkSecurity security =
                clusterConfig == null ? FlinkSecurity.NONE : FlinkSecurity.read(clusterConfig);
        ShardTls shardTls = security.shards().orElse(null);
        KafkaSettings settings = kafkaSettings();
        KafkaDoor.requireOpen(settings);
        CountDownLatch stopAsked = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> awaitStopped(stopAsked, stopped), "omen-stop"));
        try (Embedders embedders = Embedders.open(chosen.embedders());
                RemoteJob job = RemoteJob.open(flink, security);
                ShardDirectory shards = job.shards(IngestionJob.VECTORS_UID);
                Gateway gateway =
                        Gateway.start(
                                chosen.applyTo(
                                        GatewayOptions.of(settings.bootstrapServers())
                                                .withKafka(settings.clientConfig())
                                                .withHost(host)
                                                .withPort(port)
                                                .withEmbedders(embedders)
                                                .withShardTls(shardTls)
                                                .withMapped(read.mapped())),
                                shards)) {
            System.out.println(
                    "gateway listens on " + GatewayUrl.of(gateway.scheme(), host, gateway.port()));
            chosen.security().warning(host).ifPresent(System.out::println);
            stopAsked.await();
            return 0;
        } finally {
            stopped.countDown();
        }
    }

    private KafkaSettings kafkaSettings() {
        KafkaSettings given = KafkaSettings.of(kafka, kafkaConfig);
        if (given == null) {
            throw OmenException.malformed(
                    "--kafka: found nothing, expected Kafka's bootstrap servers, or a file with them:"
                            + " --kafka-config");
        }
        return given;
    }

    private GatewayConfig chosen(GatewayConfig read) {
        return grpcPort == null ? read : read.withGrpcPort(grpcPort);
    }

    private static void awaitStopped(CountDownLatch stopAsked, CountDownLatch stopped) {
        stopAsked.countDown();
        try {
            stopped.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
