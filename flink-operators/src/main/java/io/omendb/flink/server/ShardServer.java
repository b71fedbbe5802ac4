package io.omendb.flink.server;

import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.protocol.LocalShard;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardTls;
import io.omendb.state.VectorState;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers queries about one subtask's vector state. Queries run on the {@link QueryThreads} with a
 * bounded queue, so they neither hold up the task thread nor pile up: past the bound a query is
 * refused as overloaded. Queries that nobody waits for have a thread of their own.
 */
public final class ShardServer implements AutoCloseable {
    /** Gateways ask twice as seldom whether it is there. */
    private static final long KEEP_ALIVE_SECONDS_MIN = 5;

    private static final Logger LOG = LoggerFactory.getLogger(ShardServer.class);
    private static final int MESSAGE_BYTES_MAX = 64 << 20;
    private static final long CLOSE_TIMEOUT_SECONDS = 5;

    /** That somebody who has shown no certificate yet may keep a connection open. */
    private static final long HANDSHAKE_SECONDS_MAX = 10;

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

    /** Starts a server that answers everybody who reaches it, as the other method does. */
    public static ShardServer start(
            String host, int port, String advertisedHost, int subtask, VectorState state) {
        return start(host, port, advertisedHost, subtask, state, null);
    }

    /**
     * Starts a server.
     *
     * @param host address to listen on
     * @param port port; 0 for any free one
     * @param advertisedHost host that others know it by
     * @param tls whom it answers; null for everybody, in plain text
     * @throws OmenException EXTERNAL if it cannot listen there; INVALID if TLS is configured in a
     *     way that the JDK does not know
     */
    public static ShardServer start(
            String host,
            int port,
            String advertisedHost,
            int subtask,
            VectorState state,
            @Nullable ShardTls tls) {
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
                        .directExecutor()
                        .permitKeepAliveTime(KEEP_ALIVE_SECONDS_MIN, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX);
        if (tls != null) {
            builder.sslContext(tls.server())
                    .handshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS);
        }
        QueryPool queries = QueryThreads.queries();
        QueryPool background = QueryThreads.background(subtask);
        ShardQueryService service = new ShardQueryService(state, queries, background);
        Server server = builder.addService(service).build();
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
