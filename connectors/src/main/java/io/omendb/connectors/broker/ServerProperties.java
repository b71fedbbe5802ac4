package io.omendb.connectors.broker;

import java.nio.file.Path;
import java.util.Properties;

/**
 * The configuration of a broker for one small machine: broker and controller in one process, on the
 * loopback interface, with few threads and small buffers.
 *
 * <p>Topics are kept forever unless they say otherwise: what was acknowledged must not expire while
 * the database is switched off. Nothing is flushed to disk on write, as everywhere in Kafka: the
 * page cache survives the death of the process, not of the machine.
 */
final class ServerProperties {
    private ServerProperties() {}

    static Properties of(Path data, int port, int controllerPort) {
        String loopback = LoopbackPort.ADDRESS;
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("controller.quorum.voters", "1@" + loopback + ":" + controllerPort);
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty(
                "listeners",
                "PLAINTEXT://"
                        + loopback
                        + ":"
                        + port
                        + ",CONTROLLER://"
                        + loopback
                        + ":"
                        + controllerPort);
        p.setProperty("advertised.listeners", "PLAINTEXT://" + loopback + ":" + port);
        p.setProperty("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("log.dirs", data.toString());

        p.setProperty("auto.create.topics.enable", "false");
        p.setProperty("log.retention.ms", "-1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("offsets.topic.replication.factor", "1");
        p.setProperty("offsets.topic.num.partitions", "4");
        p.setProperty("transaction.state.log.replication.factor", "1");
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("transaction.state.log.num.partitions", "4");
        p.setProperty("share.coordinator.state.topic.replication.factor", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.num.partitions", "1");

        // Small requests cost a broker most by the threads they wake.
        String threads = Integer.toString(threads());
        p.setProperty("num.network.threads", threads);
        p.setProperty("num.io.threads", threads);
        // The operating system's own sizes, which grow with what is sent. Kafka's 100 kB take ten
        // rounds of poll and send for a megabyte.
        p.setProperty("socket.send.buffer.bytes", "-1");
        p.setProperty("socket.receive.buffer.bytes", "-1");
        p.setProperty("background.threads", "2");
        p.setProperty("num.recovery.threads.per.data.dir", "2");
        p.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(16 << 20));
        // After kill -9 the controller refuses the broker until its old session has timed out.
        p.setProperty("broker.heartbeat.interval.ms", "500");
        p.setProperty("broker.session.timeout.ms", "3000");
        return p;
    }

    /** One on a machine of two processors, which Flink and the gateway need; four at most. */
    private static int threads() {
        return Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
    }
}
