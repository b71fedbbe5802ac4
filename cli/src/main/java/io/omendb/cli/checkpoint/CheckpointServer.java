package io.omendb.cli.checkpoint;

import io.omendb.cli.stack.GatewayConfig;
import io.omendb.embed.Embedders;
import io.omendb.flink.server.ShardServer;
import io.omendb.gateway.Gateway;
import io.omendb.gateway.GatewayOptions;
import io.omendb.gateway.ReadOnlySource;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import io.omendb.schema.CollectionDefinition;
import io.omendb.state.CheckpointReport;
import io.omendb.state.StoredCheckpoint;
import io.omendb.state.VectorState;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A checkpoint behind the gateway's API: its shards and a gateway in this process, without Kafka
 * and without Flink. Everything that reads works; writes are refused.
 */
public final class CheckpointServer implements AutoCloseable {
    private static final String LOOPBACK = "127.0.0.1";

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private @Nullable Gateway gateway;

    private CheckpointServer() {}

    /**
     * Starts one; returns when it answers.
     *
     * @param config of the gateway
     */
    public static CheckpointServer start(
            Path checkpoint, String host, int port, GatewayConfig config) {
        CheckpointServer server = new CheckpointServer();
        try {
            Embedders opened = Embedders.open(config.embedders());
            server.parts.push(opened);
            GatewayOptions options =
                    config.applyTo(
                            GatewayOptions.of("unused")
                                    .withHost(host)
                                    .withPort(port)
                                    .withEmbedders(opened));
            server.startParts(StoredCheckpoint.open(checkpoint), options);
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void startParts(StoredCheckpoint checkpoint, GatewayOptions options) {
        ScratchFolder scratch = ScratchFolder.create(null);
        parts.push(scratch);
        List<VectorState> states = checkpoint.restore(scratch.path());
        states.forEach(parts::push);
        CheckpointReport report = checkpoint.report();
        List<ShardAddress> addresses = new ArrayList<>();
        Map<String, CollectionDefinition> collections = new HashMap<>();
        for (int i = 0; i < states.size(); i++) {
            ShardServer shards = ShardServer.start(LOOPBACK, 0, LOOPBACK, i, states.get(i));
            parts.push(shards);
            List<Integer> keyGroups = report.subtasks().get(i).keyGroups();
            addresses.add(
                    new ShardAddress(
                            i,
                            states.size(),
                            0,
                            LOOPBACK,
                            shards.port(),
                            keyGroups.get(0),
                            keyGroups.get(1)));
            states.get(i)
                    .collections()
                    .forEach((name, found) -> collections.put(name, found.definition()));
        }
        Gateway started =
                Gateway.startReadOnly(
                        options,
                        new FixedShards(addresses),
                        new ReadOnlySource(
                                collections,
                                logEnds(report.applied()),
                                "this is checkpoint "
                                        + report.checkpointId()
                                        + ", which can only be read"));
        gateway = started;
        parts.push(started);
    }

    /** From {@code topic-partition} to the offset after the last that was applied. */
    private static Map<String, Map<Integer, Long>> logEnds(Map<String, Long> applied) {
        Map<String, Map<Integer, Long>> ends = new HashMap<>();
        applied.forEach(
                (source, offset) -> {
                    int dash = source.lastIndexOf('-');
                    ends.computeIfAbsent(source.substring(0, dash), topic -> new HashMap<>())
                            .put(Integer.parseInt(source.substring(dash + 1)), offset + 1);
                });
        return ends;
    }

    /** The port the gateway listens on. */
    public int port() {
        return started().port();
    }

    /** How it is spoken to: {@code http} or {@code https}. */
    public String scheme() {
        return started().scheme();
    }

    private Gateway started() {
        if (gateway == null) {
            throw new IllegalStateException("not started");
        }
        return gateway;
    }

    @Override
    public void close() {
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a part of the server did not close", e);
            }
        }
    }

    /** Shards that stay where they are. */
    private record FixedShards(List<ShardAddress> addresses) implements ShardDirectory {
        @Override
        public List<ShardAddress> shards() {
            return addresses;
        }

        @Override
        public void reportUnreachable(ShardAddress address) {
            // It is in this process: if it does not answer now, it will.
        }

        @Override
        public void close() {}
    }
}
