package io.omendb.connectors.broker;

import java.nio.file.Path;

/**
 * A program with an embedded broker: prints its address and process id, then waits to be killed.
 */
final class BrokerParent {
    private BrokerParent() {}

    public static void main(String[] args) throws Exception {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(Path.of(args[0])));
        System.out.println(broker.bootstrapServers() + " " + broker.pid());
        Thread.currentThread().join();
    }
}
