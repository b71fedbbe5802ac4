package io.omendb.flink.server;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.LocalShard;
import io.omendb.protocol.ShardAddress;
import io.omendb.state.VectorState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers queries about one subtask's vector state. Queries run on the {@link QueryThreads} with a
 * bounded queue, so they neither hold up the task thread nor pile up: past the bound a query is
 * refused as overloaded. Queries that nobody waits for have a thread of their own.
 */
public final class ShardServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ShardServer.class);
    private static final int MESSAGE_BYTES_MAX = 64 << 20;
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    private final Server server;
    private final LocalShard local;
    private final QueryPool queries;
    private final QueryPool background;

    private ShardServer(Server server, LocalShard local, QueryPool queries, QueryPool background) {
        this.server = server;
        this.local = local;
        this.queries = queries;
        this.background = background;
    }

    /**
     * Starts a server.
     *
     * @param host address to listen on
     * @param port port; 0 for any free one
     * @param advertisedHost host that others know it by
     * @throws OmenException EXTERNAL if it cannot listen there
     */
    public static ShardServer start(
            String host, int port, String advertisedHost, int subtask, VectorState state) {
        QueryPool queries = QueryThreads.queries();
        QueryPool background = QueryThreads.background(subtask);
        ShardQueryService service = new ShardQueryService(state, queries, background);
        Server server =
                NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
                        .directExecutor()
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX)
                        .addService(service)
                        .build();
        try {
            server.start();
            String target = ShardAddress.target(advertisedHost, server.getPort());
            return new ShardServer(server, LocalShard.serve(target, service), queries, background);
        } catch (IOException e) {
            server.shutdownNow();
            queries.close();
            background.close();
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "shard server cannot listen on " + host + ":" + port + ": " + e,
                    e);
        }
    }

    public int port() {
        return server.getPort();
    }

    @Override
    public void close() {
        local.close();
        server.shutdownNow();
        queries.close();
        background.close();
        try {
            boolean ended =
                    server.awaitTermination(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
                            && queries.awaitTermination(CLOSE_TIMEOUT_SECONDS)
                            && background.awaitTermination(CLOSE_TIMEOUT_SECONDS);
            if (!ended) {
                // They hold what they read; a task that failed for it would end nothing sooner.
                LOG.warn(
                        "Queries of a shard go on {} s after it was closed.",
                        CLOSE_TIMEOUT_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
