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

/**
 * A shard in the process of the gateway that asks it, as on a laptop: messages are handed over as
 * they are, on the caller's thread, instead of going through two network stacks and four threads.
 * So neither calls nor their callbacks may block. A process here is what one class loader has
 * loaded; anywhere else the shard is asked over the network.
 */
public final class LocalShard implements AutoCloseable {
    private static final Set<String> SERVED = ConcurrentHashMap.newKeySet();

    private static final ThreadLocal<Boolean> INLINE = ThreadLocal.withInitial(() -> false);

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
     * Makes calls whose work the shards of this process are to do on the calling thread, where it
     * is theirs to choose: they have been answered when they return.
     */
    public static <T> T inline(Supplier<T> calls) {
        boolean before = INLINE.get();
        INLINE.set(true);
        try {
            return calls.get();
        } finally {
            INLINE.set(before);
        }
    }

    /** Whether the call that the calling thread serves is to be worked on by it. */
    public static boolean isInline() {
        return INLINE.get();
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
