package io.omendb.gateway.http;

import com.linecorp.armeria.common.logging.RequestLogProperty;
import com.linecorp.armeria.server.ServiceRequestContext;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.util.AttributeKey;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Closes an HTTP/1 connection whose client takes too long over the head of a request. A byte now
 * and then keeps a connection from being idle, so the idle timeout does not see such a client; this
 * counts from the first byte to the moment the request is served. HTTP/2 has frames of its own
 * between requests and is left alone. Runs on the connection's event loop only.
 */
public final class HeaderTimeout extends ChannelDuplexHandler {
    private static final AttributeKey<HeaderTimeout> KEY =
            AttributeKey.valueOf(HeaderTimeout.class, "OF_CHANNEL");

    /** How the preface of HTTP/2 starts, and no method of HTTP/1 that is served. */
    private static final byte[] HTTP_2 = {'P', 'R', 'I', ' '};

    private final int timeoutMs;
    private int underWay;
    private boolean http2;
    private @Nullable Future<?> timer;

    private HeaderTimeout(int timeoutMs) {
        this.timeoutMs = timeoutMs;
    }

    /**
     * Watches a connection that has just been made.
     *
     * @param encrypted whether TLS comes first, which has records and a time limit of its own: what
     *     is counted is what it lets through
     */
    public static void watch(ChannelPipeline pipeline, int timeoutMs, boolean encrypted) {
        HeaderTimeout timeout = new HeaderTimeout(timeoutMs);
        pipeline.channel().attr(KEY).set(timeout);
        if (encrypted) {
            // What reads HTTP is added behind it once both sides have agreed on a protocol.
            pipeline.addLast(timeout);
        } else {
            pipeline.addFirst(timeout);
        }
    }

    /** The head of a request has arrived. */
    public static void arrived(ServiceRequestContext context) {
        Channel channel = context.log().ensureAvailable(RequestLogProperty.SESSION).channel();
        HeaderTimeout timeout = channel == null ? null : channel.attr(KEY).get();
        if (timeout == null) {
            return;
        }
        timeout.stop();
        timeout.http2 |= context.sessionProtocol().isMultiplex();
        timeout.underWay++;
        context.log()
                .whenComplete()
                .thenRun(() -> channel.eventLoop().execute(() -> timeout.underWay--));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (timer == null && underWay == 0 && !http2) {
            http2 = message instanceof ByteBuf bytes && isPreface(bytes);
            if (!http2) {
                timer =
                        context.executor()
                                .schedule(() -> context.close(), timeoutMs, TimeUnit.MILLISECONDS);
            }
        }
        context.fireChannelRead(message);
    }

    private static boolean isPreface(ByteBuf bytes) {
        int length = Math.min(HTTP_2.length, bytes.readableBytes());
        for (int i = 0; i < length; i++) {
            if (bytes.getByte(bytes.readerIndex() + i) != HTTP_2[i]) {
                return false;
            }
        }
        return length == HTTP_2.length;
    }

    /** Whatever is answered, the wait for a head is over: also where no service was asked. */
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        stop();
        context.write(message, promise);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        stop();
        context.fireChannelInactive();
    }

    private void stop() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }
}
