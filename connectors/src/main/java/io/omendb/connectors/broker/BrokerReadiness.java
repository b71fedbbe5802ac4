package io.omendb.connectors.broker;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/** Waits until a starting broker answers, or says why it will not. */
final class BrokerReadiness {
    private static final long MAX_START_SECONDS = 60;
    private static final int POLL_MS = 50;
    private static final int CONNECT_TIMEOUT_MS = 1_000;
    private static final int REQUEST_TIMEOUT_MS = 2_000;

    private final Process process;
    private final InetSocketAddress address;
    private final Supplier<String> logTail;
    private final Path log;
    private final long deadlineNanos =
            System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_START_SECONDS);

    private BrokerReadiness(Process process, int port, Supplier<String> logTail, Path log) {
        this.process = process;
        this.address = new InetSocketAddress(LoopbackPort.ADDRESS, port);
        this.logTail = logTail;
        this.log = log;
    }

    static void await(Process process, int port, Supplier<String> logTail, Path log)
            throws InterruptedException {
        BrokerReadiness readiness = new BrokerReadiness(process, port, logTail, log);
        // The port first: an AdminClient without a peer fills the caller's log with warnings.
        while (!readiness.accepts()) {
            readiness.pause();
        }
        try (Admin admin = readiness.connect()) {
            while (!readiness.answers(admin)) {
                readiness.pause();
            }
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(address, CONNECT_TIMEOUT_MS);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private Admin connect() {
        return Admin.create(
                Map.of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                        address.getHostString() + ":" + address.getPort(),
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        REQUEST_TIMEOUT_MS,
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        REQUEST_TIMEOUT_MS));
    }

    /** A broker that the controller has not let in yet answers with an empty cluster. */
    private boolean answers(Admin admin) throws InterruptedException {
        try {
            return !admin.describeCluster().nodes().get().isEmpty();
        } catch (ExecutionException notYet) {
            return false;
        }
    }

    private void pause() throws InterruptedException {
        if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS)) {
            throw failure("ended with exit code %d while starting".formatted(process.exitValue()));
        }
        if (System.nanoTime() > deadlineNanos) {
            throw failure("did not answer within %d s".formatted(MAX_START_SECONDS));
        }
    }

    private OmenException failure(String what) {
        return new OmenException(
                ErrorCode.EXTERNAL,
                "The Kafka broker on %s:%d %s. Its log is %s and ends with:%n%s"
                        .formatted(
                                address.getHostString(),
                                address.getPort(),
                                what,
                                log,
                                logTail.get()));
    }
}
