package io.omendb.flink.discovery;

import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.apache.flink.runtime.operators.coordination.CoordinationRequest;
import org.apache.flink.runtime.operators.coordination.CoordinationResponse;
import org.jspecify.annotations.Nullable;

/**
 * Keeps asking a job's coordinator where its shards are, on a thread of its own, so that queries
 * never wait for it. Asks often while shards are missing or one was reported unreachable, seldom
 * otherwise.
 */
public final class JobShardDirectory implements ShardDirectory {
    private static final long TICK_MS = 100;
    private static final long CALM_TICKS = 10;
    private static final long ANSWER_TIMEOUT_MS = 5_000;
    private static final long CLOSE_TIMEOUT_MS = 10_000;

    private final Coordinator coordinator;
    private final ScheduledExecutorService thread;
    private volatile List<ShardAddress> shards = List.of();
    private volatile boolean doubtful = true;

    /** Since Flink told last where they are. */
    private final Set<ShardAddress> unreachable = ConcurrentHashMap.newKeySet();

    private volatile @Nullable String problem;

    /** Of the directory's own thread. */
    private long ticks;

    /** Delivers a request to the vector operator's coordinator; every kind of Flink client can. */
    @FunctionalInterface
    public interface Coordinator {

        /**
         * Asks.
         *
         * @throws IOException if the request cannot be delivered
         */
        CompletableFuture<CoordinationResponse> ask(CoordinationRequest request) throws IOException;
    }

    private JobShardDirectory(Coordinator coordinator, ScheduledExecutorService thread) {
        this.coordinator = coordinator;
        this.thread = thread;
    }

    /** Starts asking. */
    public static JobShardDirectory open(Coordinator coordinator) {
        ScheduledExecutorService thread =
                Executors.newSingleThreadScheduledExecutor(
                        runnable -> {
                            Thread created = new Thread(runnable, "omen-shard-directory");
                            created.setDaemon(true);
                            return created;
                        });
        JobShardDirectory directory = new JobShardDirectory(coordinator, thread);
        var unused =
                thread.scheduleWithFixedDelay(directory::tick, 0, TICK_MS, TimeUnit.MILLISECONDS);
        return directory;
    }

    @Override
    public List<ShardAddress> shards() {
        return shards;
    }

    @Override
    public @Nullable String problem() {
        return problem;
    }

    @Override
    public void reportUnreachable(ShardAddress address) {
        doubtful = true;
        unreachable.add(address);
        if (problem != null) {
            dropUnreachable();
        }
    }

    /** While Flink does not answer, what cannot be reached is as good as gone. */
    private synchronized void dropUnreachable() {
        List<ShardAddress> left = new ArrayList<>(shards);
        left.removeAll(unreachable);
        shards = List.copyOf(left);
    }

    private synchronized void found(List<ShardAddress> addresses) {
        unreachable.clear();
        shards = List.copyOf(addresses);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT_MS, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("shard directory did not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tick() {
        ticks++;
        if (doubtful || ticks % CALM_TICKS == 0) {
            refresh();
        }
    }

    private void refresh() {
        try {
            doubtful = false;
            CoordinationResponse response =
                    coordinator
                            .ask(new ShardAddressesRequest())
                            .get(ANSWER_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            problem = null;
            if (response instanceof ShardAddressesResponse found) {
                found(found.addresses());
                if (found.addresses().size() < found.parallelism()) {
                    doubtful = true;
                }
            }
        } catch (IOException | ExecutionException | TimeoutException | RuntimeException e) {
            doubtful = true;
            problem = problem(e);
            if (problem == null) {
                // The job is starting, restarting or gone: its last known shards are of no use.
                found(List.of());
            } else {
                // Where Flink does not answer, they may well.
                dropUnreachable();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of the way to Flink; null where Flink answered, whatever it said. */
    private static @Nullable String problem(Exception failure) {
        IOException io = null;
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof IOException found) {
                io = found;
            }
        }
        if (io == null) {
            return failure instanceof TimeoutException
                    ? "Flink did not say where they are within " + ANSWER_TIMEOUT_MS + " ms"
                    : null;
        }
        String step = io instanceof SSLException ? "TLS handshake failed: " : "";
        return "Flink cannot be asked where they are: "
                + step
                + (io.getMessage() == null ? io : io.getMessage());
    }
}
