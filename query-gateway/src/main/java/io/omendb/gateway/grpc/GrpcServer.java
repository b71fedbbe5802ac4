package io.omendb.gateway.grpc;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.access.KeyRing;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.tls.ServerTls;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The gRPC server of a gateway, with reflection and health. How many calls are worked on is for
 * admission to say.
 */
public final class GrpcServer implements AutoCloseable {
    private static final int CALLS_PER_CONNECTION_MAX = 256;
    private static final int PING_SECONDS_MIN = 10;

    /** So long a connection may say nothing before it is closed. */
    private static final int HANDSHAKE_SECONDS_MAX = 10;

    private static final int DRAIN_SECONDS = 2;

    private final Server server;
    private final HealthStatusManager health;

    private GrpcServer(Server server, HealthStatusManager health) {
        this.server = server;
        this.health = health;
    }

    /**
     * Starts a server.
     *
     * @param port 0 for a free one
     * @param threads stay the caller's to close, after the server
     * @param keys which calls need one of
     * @param tls null for none
     * @param answered hears of every call
     * @throws OmenException EXTERNAL if the port is in use
     */
    public static GrpcServer start(
            String host,
            int port,
            List<BindableService> services,
            Limits limits,
            CallThreads threads,
            KeyRing keys,
            @Nullable ServerTls tls,
            CallAnswered answered) {
        HealthStatusManager health = new HealthStatusManager();
        BindableService reflection = ProtoReflectionServiceV1.newInstance();
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(host, port))
                        .executor(threads.others())
                        .callExecutor(threads.byMethod())
                        // Also what a compressed message may become.
                        .maxInboundMessageSize(
                                (int) Math.min(Integer.MAX_VALUE, limits.bodyBytes()))
                        .handshakeTimeout(HANDSHAKE_SECONDS_MAX, TimeUnit.SECONDS)
                        .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION_MAX)
                        .permitKeepAliveTime(PING_SECONDS_MIN, TimeUnit.SECONDS)
                        .permitKeepAliveWithoutCalls(true)
                        .addStreamTracerFactory(CallTrace.of(answered))
                        // The last is asked first.
                        .intercept(
                                new KeyCheck(
                                        keys,
                                        Set.of(name(health.getHealthService()), name(reflection))))
                        .intercept(new NamedAnswers())
                        .addService(health.getHealthService())
                        .addService(reflection);
        if (tls != null) {
            builder.sslContext(tls.grpc());
        }
        for (BindableService service : services) {
            builder.addService(service);
            health.setStatus(name(service), ServingStatus.SERVING);
        }
        try {
            return new GrpcServer(builder.build().start(), health);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "The gateway cannot listen for gRPC on "
                            + host
                            + ":"
                            + port
                            + " ("
                            + e.getMessage()
                            + "); choose another port.",
                    e);
        }
    }

    private static String name(BindableService service) {
        return service.bindService().getServiceDescriptor().getName();
    }

    /** The port it listens on. */
    public int port() {
        return server.getPort();
    }

    /** Ends the calls under way, or gives up on them after two seconds. */
    @Override
    public void close() {
        if (server.isShutdown()) {
            return;
        }
        health.enterTerminalState();
        server.shutdown();
        try {
            if (!server.awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow().awaitTermination(DRAIN_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
