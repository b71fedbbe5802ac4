package io.omendb.gateway;

import io.omendb.embed.Embedders;
import io.omendb.gateway.http.Limits;

/** A gateway before a test job of two shards and a real broker. */
final class RunningGateway implements AutoCloseable {
    final SharedBroker.Running broker;
    final TestJob job;
    final Gateway gateway;
    final Client client;

    RunningGateway(SharedBroker.Running broker) throws Exception {
        this(broker, Limits.DEFAULT);
    }

    RunningGateway(SharedBroker.Running broker, Limits limits) throws Exception {
        this(broker, limits, Embedders.none());
    }

    /** The embedders stay the caller's to close. */
    RunningGateway(SharedBroker.Running broker, Limits limits, Embedders embedders)
            throws Exception {
        this.broker = broker;
        job = new TestJob(broker.bootstrapServers(), 2);
        gateway =
                Gateway.start(
                        GatewayOptions.of(broker.bootstrapServers())
                                .withPort(0)
                                .withGrpcPort(0)
                                .withLimits(limits)
                                .withEmbedders(embedders),
                        job);
        client = new Client(gateway.port());
    }

    /** Makes a collection of three dimensions that no other test uses. */
    String collection(String name) throws Exception {
        client.put("/collections/" + name, "{'dimension':3,'metric':'l2'}").expect(201);
        // The gateway answers once it has read the catalogue; the job reads it by itself.
        Await.until("the job knows " + name, () -> job.knows(name));
        return "/collections/" + name;
    }

    @Override
    public void close() {
        gateway.close();
        job.close();
    }
}
