package io.omendb.connectors.broker;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Chooses ports below the range from which operating systems take the local ports of outgoing
 * connections (32768 on Linux, 49152 elsewhere): a port that is kept over restarts must not be lent
 * to a passing client meanwhile.
 */
public final class LoopbackPort {
    public static final String ADDRESS = "127.0.0.1";

    private static final int FIRST = 20_000;
    private static final int LAST = 30_000;
    private static final int MAX_TRIES = 200;
    private static final int POLL_MS = 20;
    private static final int MAX_WAITS = 50;

    private LoopbackPort() {}

    /** A port that nobody listens on now. */
    public static int free() throws IOException {
        for (int i = 0; i < MAX_TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (isFree(port)) {
                return port;
            }
        }
        throw new OmenException(
                ErrorCode.EXTERNAL,
                "No free port found on %s between %d and %d.".formatted(ADDRESS, FIRST, LAST));
    }

    /** Waits a moment: the kernel closes the sockets of a killed process soon, not at once. */
    static boolean awaitFree(int port) throws IOException, InterruptedException {
        for (int i = 0; i < MAX_WAITS; i++) {
            if (isFree(port)) {
                return true;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        return false;
    }

    private static boolean isFree(int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(ADDRESS, port));
            return true;
        } catch (BindException taken) {
            return false;
        }
    }
}
