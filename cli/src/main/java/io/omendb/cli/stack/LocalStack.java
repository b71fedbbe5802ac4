package io.omendb.cli.stack;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.cli.client.GatewayAccess;
import io.omendb.cli.processors.ProcessorLayout;
import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import io.omendb.embed.Embedders;
import io.omendb.gateway.Gateway;
import io.omendb.gateway.GatewayOptions;
import io.omendb.gateway.GatewaySecurity;
import io.omendb.protocol.ShardDirectory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything on one machine: a Kafka broker as a child process, Flink and the gateway in this one.
 * Started in the order of their dependencies, closed in the reverse.
 */
public final class LocalStack implements AutoCloseable {
    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private @Nullable BrokerProcess broker;
    private @Nullable StackJob job;
    private @Nullable Gateway answering;
    private @Nullable StackDirectory holder;
    private StackDirectory.@Nullable Running running;

    private LocalStack() {}

    /**
     * Starts a stack; returns when the gateway listens. The job may still be restoring: {@code
     * /health/ready} tells.
     *
     * @param progress told what is being done, for people
     * @throws OmenException with one clear line if a part does not start; what had started is
     *     stopped
     */
    public static LocalStack start(StackConfig config, Consumer<String> progress)
            throws InterruptedException {
        LocalStack stack = new LocalStack();
        try {
            stack.startParts(config, progress);
            return stack;
        } catch (RuntimeException | InterruptedException e) {
            stack.close();
            throw e;
        }
    }

    private void startParts(StackConfig config, Consumer<String> progress)
            throws InterruptedException {
        StackDirectory directory = StackDirectory.lock(config.directory());
        parts.push(directory);
        checkAddressFree(config);
        // Before the rest, so that what is wrong with its settings is said at once.
        Embedders embedders = Embedders.open(config.gateway().embedders());
        parts.push(embedders);
        progress.accept("starting Kafka in " + config.directory().resolve("kafka"));
        BrokerProcess startedBroker =
                BrokerProcess.start(
                        BrokerOptions.in(config.directory().resolve("kafka"))
                                .withPort(config.brokerPort())
                                .withMaxHeap(config.brokerMaxHeap()));
        broker = startedBroker;
        parts.push(startedBroker);
        progress.accept(
                "starting Flink with "
                        + config.parallelism()
                        + " shards"
                        + (config.taskManagers() == 0
                                ? ""
                                : " in " + config.taskManagers() + " TaskManagers"));
        StackDirectory.clear(FlinkSettings.scratch(config));
        StackJob startedJob =
                config.taskManagers() == 0
                        ? FlinkJob.start(config, startedBroker.bootstrapServers())
                        : FlinkCluster.start(config, startedBroker.bootstrapServers());
        job = startedJob;
        parts.push(startedJob);
        ShardDirectory shards = startedJob.shards();
        parts.push(shards);
        Gateway gateway =
                Gateway.start(
                        config.gateway()
                                .applyTo(
                                        GatewayOptions.of(startedBroker.bootstrapServers())
                                                .withHost(config.host())
                                                .withPort(config.port())
                                                .withEmbedders(embedders)
                                                .withMapped(config.mapped())),
                        shards);
        parts.push(gateway);
        if (config.separateProcessors() && config.taskManagers() == 0) {
            parts.push(ProcessorLayout.start(startedBroker.pid(), gateway::searchPlaces));
        }
        answering = gateway;
        holder = directory;
        GatewaySecurity security = config.gateway().security();
        String startedUrl = GatewayUrl.of(gateway.scheme(), config.host(), gateway.port());
        StackDirectory.Running announced =
                StackDirectory.Running.here(
                        startedUrl,
                        startedBroker.bootstrapServers(),
                        startedJob.restAddress().toString(),
                        security.tls() == null ? null : security.tls().certificate());
        running = announced;
        directory.announce(announced);
        progress.accept("gateway listens on " + startedUrl);
        security.warning(config.host()).ifPresent(progress);
        if (gateway.grpcPort() != GatewayOptions.NO_GRPC) {
            progress.accept("and for gRPC on " + config.host() + ":" + gateway.grpcPort());
        }
    }

    /** Where the gateway answers. */
    public String url() {
        return started(running).url();
    }

    /** How this process reaches the gateway. */
    public GatewayAccess gateway() {
        GatewayAccess gateway = GatewayAccess.of(url());
        Path certificate = started(running).certificateFile();
        return certificate == null ? gateway : gateway.withPinned(certificate, null);
    }

    /** Whether searches can be answered now. */
    public boolean isReady() {
        return started(answering).isReady();
    }

    /** Tells other processes that it has been ready. */
    public void announceReady() {
        started(holder).announce(started(running).nowReady());
    }

    public String bootstrapServers() {
        return started(broker).bootstrapServers();
    }

    /** Flink's REST address. */
    public URI flinkAddress() {
        return started(job).restAddress();
    }

    /** Why the stack cannot go on; empty while it can. */
    public Optional<String> failure() throws InterruptedException {
        if (!started(broker).isAlive()) {
            return Optional.of("the broker's process has ended");
        }
        return started(job).failure();
    }

    @Override
    public void close() {
        RuntimeException failure = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                RuntimeException wrapped =
                        e instanceof RuntimeException already
                                ? already
                                : new IllegalStateException(e);
                if (failure == null) {
                    failure = wrapped;
                } else {
                    failure.addSuppressed(wrapped);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** Before the half minute of starting everything else. */
    private static void checkAddressFree(StackConfig config) {
        InetSocketAddress anyPort = new InetSocketAddress(config.host(), 0);
        if (anyPort.isUnresolved()) {
            throw OmenException.invalid(
                    "host: found " + config.host() + ", which is not the name of any address");
        }
        try {
            bind(anyPort);
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.INVALID,
                    "host: found "
                            + config.host()
                            + ", expected an address of this machine ("
                            + e.getMessage()
                            + ")",
                    e);
        }
        try {
            bind(new InetSocketAddress(config.host(), config.port()));
        } catch (IOException e) {
            throw new OmenException(
                    ErrorCode.EXTERNAL,
                    "port "
                            + config.port()
                            + " on "
                            + config.host()
                            + " is in use: choose another with --port",
                    e);
        }
    }

    private static void bind(InetSocketAddress address) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(address);
        }
    }

    private static <T> T started(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("stack is not started");
        }
        return part;
    }
}
