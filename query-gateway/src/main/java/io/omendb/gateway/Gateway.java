package io.omendb.gateway;

import com.linecorp.armeria.common.SessionProtocol;
import com.linecorp.armeria.common.util.BlockingTaskExecutor;
import com.linecorp.armeria.common.util.EventLoopGroups;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.gateway.grpc.GrpcServer;
import io.omendb.gateway.http.Acceptors;
import io.omendb.gateway.http.Admission;
import io.omendb.gateway.http.Connections;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.LocalNames;
import io.omendb.gateway.http.Problems;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.http.RouteService;
import io.omendb.gateway.shards.SearchLimit;
import io.omendb.gateway.shards.SearchPlaces;
import io.omendb.gateway.tls.ServerTls;
import io.omendb.protocol.ShardDirectory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The query gateway: an HTTP server that writes points to Kafka and asks the shards of the job.
 *
 * <p>It starts without Kafka and without shards, and then answers 503 until they are there.
 */
public final class Gateway implements AutoCloseable {
    /** How the names of the threads begin that read requests, and make quick searches. */
    public static final String LOOPS = "omen-gateway-http";

    private static final int BLOCKING_THREADS = 32;

    /** Of the largest size; while more than that waits to be sent, requests are refused. */
    private static final int ANSWERS_HELD = 4;

    /** Without requests so long, none is under way; none at all would not wait for any. */
    private static final Duration QUIET = Duration.ofMillis(50);

    private static final Duration DRAIN = Duration.ofSeconds(2);

    private final Admission admission;
    private final GatewayParts parts;
    private final Server server;
    private final EventLoopGroup workers;
    private final PortSecurity security;
    private @Nullable GrpcServer grpc;

    private Gateway(
            Admission admission,
            GatewayParts parts,
            PortSecurity security,
            Server server,
            EventLoopGroup workers) {
        this.admission = admission;
        this.parts = parts;
        this.security = security;
        this.server = server;
        this.workers = workers;
    }

    /**
     * Starts a gateway.
     *
     * @param shards where the shards are; stays the caller's to close
     * @throws OmenException EXTERNAL if the port is in use
     */
    public static Gateway start(GatewayOptions options, ShardDirectory shards) {
        Admission admission = admission(options);
        return start(options, admission, () -> GatewayParts.open(options, shards, admission));
    }

    /**
     * Starts a gateway that needs no Kafka and refuses writes.
     *
     * @param shards where the shards are; stays the caller's to close
     * @throws OmenException EXTERNAL if the port is in use
     */
    public static Gateway startReadOnly(
            GatewayOptions options, ShardDirectory shards, ReadOnlySource source) {
        Admission admission = admission(options);
        return start(
                options,
                admission,
                () -> GatewayParts.openReadOnly(options, shards, admission, source));
    }

    private static Admission admission(GatewayOptions options) {
        Limits limits = options.limits();
        return new Admission(
                limits.inFlight(),
                limits.inFlightBytes(),
                ANSWERS_HELD * limits.answerBytes(),
                new SearchLimit(limits.searchesInFlight(), limits.inFlight(), System::nanoTime));
    }

    private static Gateway start(
            GatewayOptions options, Admission admission, Supplier<GatewayParts> opening) {
        PortSecurity security = PortSecurity.open(options.security());
        GatewayParts parts;
        try {
            parts = opening.get();
        } catch (RuntimeException e) {
            security.close();
            throw e;
        }
        EventLoopGroup workers =
                EventLoopGroups.newEventLoopGroup(
                        Math.max(2, Runtime.getRuntime().availableProcessors()), LOOPS);
        Gateway gateway =
                new Gateway(
                        admission,
                        parts,
                        security,
                        server(options, parts, security, admission, workers),
                        workers);
        try {
            gateway.server.start().join();
            gateway.startGrpc(options);
            return gateway;
        } catch (OmenException e) {
            gateway.close();
            throw e;
        } catch (CompletionException e) {
            gateway.close();
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "The gateway cannot listen on "
                            + options.host()
                            + ":"
                            + options.port()
                            + " ("
                            + reason(e)
                            + "); choose another port.",
                    e);
        }
    }

    private void startGrpc(GatewayOptions options) {
        if (options.grpcPort() != GatewayOptions.NO_GRPC) {
            grpc =
                    GrpcServer.start(
                            options.host(),
                            options.grpcPort(),
                            parts.services(),
                            options.limits(),
                            parts.callThreads(),
                            security.keys(),
                            security.tls(),
                            parts.metrics()::call);
        }
    }

    private static Server server(
            GatewayOptions options,
            GatewayParts parts,
            PortSecurity security,
            Admission admission,
            EventLoopGroup workers) {
        ServerTls tls = security.tls();
        Limits limits = options.limits();
        Problems problems = new Problems(limits.bodyBytes(), parts.routes());
        ServerBuilder builder =
                Server.builder()
                        .port(
                                new InetSocketAddress(options.host(), options.port()),
                                tls == null ? SessionProtocol.HTTP : SessionProtocol.HTTPS)
                        .maxRequestLength(limits.bodyBytes())
                        // Requests end by their own deadlines; this one is for what has none.
                        .requestTimeoutMillis(limits.timeoutMsMax() + 5_000L)
                        .gracefulShutdownTimeout(QUIET, DRAIN)
                        .errorHandler(problems)
                        .bossGroupFactory(address -> Acceptors.beside(workers))
                        .workerGroup(workers, false)
                        .blockingTaskExecutor(
                                BlockingTaskExecutor.builder()
                                        .threadNamePrefix("omen-gateway-blocking")
                                        .numThreads(BLOCKING_THREADS)
                                        .build(),
                                true);
        if (tls != null) {
            tls.configure(builder);
        }
        Connections.configure(builder, limits, tls != null);
        LocalNames names =
                options.security().isForThisMachine(options.host())
                        ? LocalNames.ofThisMachine()
                        : null;
        for (Route route : parts.routes()) {
            builder.route()
                    .path(route.path())
                    .methods(route.method())
                    .build(
                            new RouteService(
                                    route,
                                    security.keys(),
                                    names,
                                    admission,
                                    problems,
                                    limits,
                                    parts.metrics()::request));
        }
        return builder.build();
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** Whether it can answer searches now, as {@code /health/ready} tells others. */
    public boolean isReady() {
        return parts.readiness().problem() == null;
    }

    /** How it is spoken to: {@code http} or {@code https}. */
    public String scheme() {
        return security.tls() == null ? "http" : "https";
    }

    /** The port it listens on. */
    public int port() {
        return server.activeLocalPort();
    }

    /** The port it listens on for gRPC; -1 where it does not. */
    public int grpcPort() {
        return grpc == null ? GatewayOptions.NO_GRPC : grpc.port();
    }

    /** Who worked on searches, so far. */
    public SearchPlaces.Counts searchPlaces() {
        return admission.searches().places().counts();
    }

    /** Ends the requests under way, or gives up on them after two seconds. */
    @Override
    public void close() {
        if (grpc != null) {
            grpc.close();
        }
        server.stop().join();
        workers.shutdownGracefully(0, DRAIN.toMillis(), TimeUnit.MILLISECONDS)
                .syncUninterruptibly();
        parts.close();
        security.close();
    }
}
