package io.omendb.gateway.shards;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.omendb.protocol.LocalShard;
import io.omendb.protocol.ShardAddress;
import io.omendb.protocol.ShardTls;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One channel per address, kept while the address is known. Safe for use by any thread; the lock is
 * held only to look up or to make a channel, which connects later by itself.
 */
final class Channels implements AutoCloseable {
    /** 10,000 hits with vectors of 4,096 components. */
    private static final int MESSAGE_BYTES_MAX = 256 << 20;

    private static final long CLOSE_SECONDS_MAX = 5;

    /** A host that vanishes says nothing: it is asked so often whether it is there. */
    private static final long KEEP_ALIVE_SECONDS = 10;

    /** Longer than a process that collects garbage is silent. */
    private static final long KEEP_ALIVE_ANSWER_SECONDS = 10;

    /** How often a shard is tried that could not be reached; gRPC by itself waits up to minutes. */
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Map<Key, ManagedChannel> channels = new HashMap<>();
    private final ExecutorService callbacks;
    private final @Nullable SslContext tls;
    private final Map<Key, Long> retried = new HashMap<>();
    private List<ShardAddress> known = List.of();

    private Channels(ExecutorService callbacks, @Nullable SslContext tls) {
        this.callbacks = callbacks;
        this.tls = tls;
    }

    /**
     * None yet.
     *
     * @param tls how shards of other processes are spoken to; null for plain text
     */
    static Channels open(@Nullable ShardTls tls) {
        SslContext context = tls == null ? null : tls.client();
        AtomicInteger number = new AtomicInteger();
        return new Channels(
                Executors.newFixedThreadPool(
                        Math.max(2, Runtime.getRuntime().availableProcessors()),
                        task -> {
                            Thread thread =
                                    new Thread(
                                            task,
                                            "omen-gateway-shards-" + number.getAndIncrement());
                            thread.setDaemon(true);
                            return thread;
                        }),
                context);
    }

    /** Closes the channels of addresses that are no longer known; calls under way still end. */
    synchronized void keep(List<ShardAddress> addresses) {
        if (addresses.equals(known)) {
            return;
        }
        Set<String> targets = new HashSet<>();
        addresses.forEach(address -> targets.add(address.target()));
        channels.entrySet()
                .removeIf(
                        entry -> {
                            boolean gone = !targets.contains(entry.getKey().target());
                            if (gone) {
                                retried.remove(entry.getKey());
                                entry.getValue().shutdown();
                            }
                            return gone;
                        });
        known = List.copyOf(addresses);
    }

    synchronized ManagedChannel channel(ShardAddress address) {
        boolean local = LocalShard.isServed(address);
        Key key = new Key(address.target(), local);
        ManagedChannel channel =
                channels.computeIfAbsent(
                        key, absent -> local ? LocalShard.channel(address) : remote(address));
        if (!local && channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            retry(key, channel);
        }
        return channel;
    }

    private void retry(Key key, ManagedChannel channel) {
        long now = System.nanoTime();
        Long before = retried.get(key);
        if (before == null || now - before >= RETRY_NANOS) {
            retried.put(key, now);
            channel.resetConnectBackoff();
        }
    }

    private ManagedChannel remote(ShardAddress address) {
        NettyChannelBuilder builder =
                NettyChannelBuilder.forAddress(address.host(), address.port())
                        .executor(callbacks)
                        .keepAliveTime(KEEP_ALIVE_SECONDS, TimeUnit.SECONDS)
                        .keepAliveTimeout(KEEP_ALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
                        .keepAliveWithoutCalls(true)
                        .maxInboundMessageSize(MESSAGE_BYTES_MAX);
        return tls == null ? builder.usePlaintext().build() : builder.sslContext(tls).build();
    }

    @Override
    public synchronized void close() {
        channels.values().forEach(ManagedChannel::shutdownNow);
        try {
            for (ManagedChannel channel : channels.values()) {
                channel.awaitTermination(CLOSE_SECONDS_MAX, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channels.clear();
        callbacks.shutdown();
    }

    /**
     * What a channel leads to.
     *
     * @param local whether the shard is in this process, as it may be at one time and not at
     *     another
     */
    private record Key(String target, boolean local) {}
}
