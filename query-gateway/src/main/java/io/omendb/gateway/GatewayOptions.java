package io.omendb.gateway;

import io.omendb.embed.Embedders;
import io.omendb.gateway.freshness.MappedTopics;
import io.omendb.gateway.http.Limits;
import io.omendb.protocol.ShardTls;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;

/**
 * How a gateway runs.
 *
 * @param host address to listen on
 * @param port port to listen on; 0 for a free one
 * @param kafka settings of every Kafka client, {@code bootstrap.servers} at least
 * @param limits what a request may ask for
 * @param grpcPort port to listen on for gRPC; 0 for a free one, {@link #NO_GRPC} for none
 * @param embedders what makes vectors of texts; stays the caller's to close, after the gateway
 * @param mapped topics beside {@code omen.*} that the job reads, too
 * @param security of its own ports
 * @param shardTls how shards of other processes are spoken to; null for plain text
 */
public record GatewayOptions(
        String host,
        int port,
        Map<String, Object> kafka,
        Limits limits,
        int grpcPort,
        Embedders embedders,
        MappedTopics mapped,
        GatewaySecurity security,
        @Nullable ShardTls shardTls) {
    public static final int NO_GRPC = -1;

    public GatewayOptions {
        kafka = Map.copyOf(kafka);
        if (grpcPort < NO_GRPC || grpcPort > 65_535) {
            throw new IllegalArgumentException(
                    "grpcPort: found " + grpcPort + ", expected 0 to 65535, or -1 for none");
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port: found " + port + ", expected 0 to 65535");
        }
    }

    /** A gateway on 127.0.0.1:8080 with default limits and no embedders. */
    public static GatewayOptions of(String bootstrapServers) {
        return new GatewayOptions(
                "127.0.0.1",
                8080,
                Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                Limits.DEFAULT,
                NO_GRPC,
                Embedders.none(),
                MappedTopics.NONE,
                GatewaySecurity.NONE,
                null);
    }

    public GatewayOptions withHost(String value) {
        return new GatewayOptions(
                value, port, kafka, limits, grpcPort, embedders, mapped, security, shardTls);
    }

    public GatewayOptions withPort(int value) {
        return new GatewayOptions(
                host, value, kafka, limits, grpcPort, embedders, mapped, security, shardTls);
    }

    /** The same with one more setting for every Kafka client. */
    public GatewayOptions withKafka(String key, Object value) {
        Map<String, Object> more = new HashMap<>(kafka);
        more.put(key, value);
        return new GatewayOptions(
                host, port, more, limits, grpcPort, embedders, mapped, security, shardTls);
    }

    /** The same with more settings for every Kafka client. */
    public GatewayOptions withKafka(Map<String, Object> settings) {
        GatewayOptions more = this;
        for (Map.Entry<String, Object> each : settings.entrySet()) {
            more = more.withKafka(each.getKey(), each.getValue());
        }
        return more;
    }

    /** Of Kafka's settings the keys only: values may be secret. */
    @Override
    public String toString() {
        return "GatewayOptions["
                + host
                + ":"
                + port
                + ", kafka "
                + new TreeSet<>(kafka.keySet())
                + "]";
    }

    public GatewayOptions withLimits(Limits value) {
        return new GatewayOptions(
                host, port, kafka, value, grpcPort, embedders, mapped, security, shardTls);
    }

    public GatewayOptions withGrpcPort(int value) {
        return new GatewayOptions(
                host, port, kafka, limits, value, embedders, mapped, security, shardTls);
    }

    public GatewayOptions withEmbedders(Embedders value) {
        return new GatewayOptions(
                host, port, kafka, limits, grpcPort, value, mapped, security, shardTls);
    }

    public GatewayOptions withMapped(MappedTopics value) {
        return new GatewayOptions(
                host, port, kafka, limits, grpcPort, embedders, value, security, shardTls);
    }

    public GatewayOptions withSecurity(GatewaySecurity value) {
        return new GatewayOptions(
                host, port, kafka, limits, grpcPort, embedders, mapped, value, shardTls);
    }

    /** The same with shards that answer only those whose certificate they trust. */
    public GatewayOptions withShardTls(@Nullable ShardTls value) {
        return new GatewayOptions(
                host, port, kafka, limits, grpcPort, embedders, mapped, security, value);
    }
}
