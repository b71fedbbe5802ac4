package io.omendb.gateway.http;

import com.linecorp.armeria.common.util.EventLoopGroups;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The thread that accepts connections. The server ends it when it stops, and by itself Netty then
 * waits for two seconds whether somebody has more for it to do: by that time nothing comes.
 */
public final class Acceptors {
    private static final String THREADS = "omen-gateway-accept";
    private static final long END_SECONDS_MAX = 2;

    private Acceptors() {}

    /**
     * One for a server.
     *
     * @param workers the server's, whose transport it shares
     */
    public static EventLoopGroup beside(EventLoopGroup workers) {
        IoHandlerFactory transport = transport(workers);
        return transport == null
                ? EventLoopGroups.newEventLoopGroup(1, THREADS)
                : new MultiThreadIoEventLoopGroup(
                        1, new DefaultThreadFactory(THREADS, true), transport) {
                    @Override
                    public Future<?> shutdownGracefully() {
                        return shutdownGracefully(0, END_SECONDS_MAX, TimeUnit.SECONDS);
                    }
                };
    }

    /** Null for one of those that nobody gets unasked. */
    private static @Nullable IoHandlerFactory transport(EventLoopGroup workers) {
        if (!(workers instanceof IoEventLoopGroup group)) {
            return null;
        }
        if (group.isIoType(EpollIoHandler.class)) {
            return EpollIoHandler.newFactory();
        }
        return group.isIoType(NioIoHandler.class) ? NioIoHandler.newFactory() : null;
    }
}
