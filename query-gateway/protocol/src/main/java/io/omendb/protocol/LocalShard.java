package io.omendb.protocol;

import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shard in the process of the gateway that asks it, as on a laptop: messages are handed over as
 * they are, on the caller's thread, instead of going through two network stacks and four threads.
 * So neither calls nor their callbacks may block. A process here is what one class loader has
 * loaded; anywhere else the shard is asked over the network.
 */
public final class LocalShard implements AutoCloseable {
    private static final Set<String> SERVED = ConcurrentHashMap.newKeySet();

    private static final ThreadLocal<@Nullable LocalWork> INLINE = new ThreadLocal<>();

    private final String target;
    private final Server server;

    private LocalShard(String target, Server server) {
        this.target = target;
        this.server = server;
    }

    /**
     * Serves a shard to this process, besides the network.
     *
     * @param target {@link ShardAddress#target()} that others know the shard by
     * @throws IOException if this process serves the target already
     */
    public static LocalShard serve(String target, BindableService service) throws IOException {
        Server server =
                InProcessServerBuilder.forName(name(target))
                        .directExecutor()
                        .addService(service)
                        .build()
                        .start();
        SERVED.add(target);
        return new LocalShard(target, server);
    }

    /** Whether this process serves the shard. */
    public static boolean isServed(ShardAddress shard) {
        return SERVED.contains(shard.target());
    }

    /** A channel to a shard of this process; once it has ended, calls fail as unavailable. */
    public static ManagedChannel channel(ShardAddress shard) {
        return InProcessChannelBuilder.forName(name(shard.target())).directExecutor().build();
    }

    /**
     * Makes calls, one to each of some shards of this process, whose work they are to do on the
     * calling thread where it is theirs to choose.
     *
     * @param offered so many, the first ones, may be worked on by a shard's threads as well, while
     *     this thread is busy with the others; then it takes part. What cannot be shared is done
     *     here if they have not begun, and again if it takes them much longer than it should
     * @param usualNanos what the work of all these calls takes, one after the other
     */
    public static <T> T inline(int offered, long usualNanos, Supplier<T> calls) {
        LocalWork before = INLINE.get();
        LocalWork work = new LocalWork(offered, usualNanos);
        INLINE.set(work);
        T made;
        try {
            made = calls.get();
        } finally {
            INLINE.set(before);
        }
        work.finish();
        return made;
    }

    /** What the calling thread is to work on itself; null if that is not for the call it serves. */
    public static @Nullable LocalWork inline() {
        return INLINE.get();
    }

    /** Parts of calls that took other threads too long, and were done again, in this process. */
    public static long repeated() {
        return LocalWork.repeated();
    }

    @Override
    public void close() {
        SERVED.remove(target);
        server.shutdownNow();
    }

    private static String name(String target) {
        return "omendb-shard/" + target;
    }
}
