package io.omendb.gateway;

import io.omendb.gateway.http.Limits;

/** A gateway before two real shards and a real broker. */
final class RealGateway implements AutoCloseable {
    final RealShards shards;
    final Gateway gateway;
    final Client client;

    RealGateway(SharedBroker.Running broker, Limits limits) {
        shards = new RealShards(broker.bootstrapServers(), 2);
        gateway =
                Gateway.start(
                        GatewayOptions.of(broker.bootstrapServers()).withPort(0).withLimits(limits),
                        shards);
        client = new Client(gateway.port());
    }

    @Override
    public void close() {
        gateway.close();
        shards.close();
    }
}
