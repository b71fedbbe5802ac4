package io.omendb.gateway;

import io.omendb.embed.Embedders;
import io.omendb.gateway.http.Limits;

/** A gateway before two real shards and a real broker. */
final class RealGateway implements AutoCloseable {
    final RealShards shards;
    final Gateway gateway;
    final Client client;

    RealGateway(SharedBroker.Running broker, Limits limits) {
        this(broker, limits, Embedders.none());
    }

    /** The embedders stay the caller's to close. */
    RealGateway(SharedBroker.Running broker, Limits limits, Embedders embedders) {
        shards = new RealShards(broker.bootstrapServers(), 2);
        gateway =
                Gateway.start(
                        GatewayOptions.of(broker.bootstrapServers())
                                .withPort(0)
                                .withGrpcPort(0)
                                .withLimits(limits)
                                .withEmbedders(embedders),
                        shards);
        client = new Client(gateway.port());
    }

    @Override
    public void close() {
        gateway.close();
        shards.close();
    }
}
