package io.omendb.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One of the clients of a load: sends a search, waits for the whole answer, looks at it, and sends
 * the next when it is due. Used by the thread of its connection, but for what starts it.
 */
final class LoadClient extends SimpleChannelInboundHandler<FullHttpResponse> {
    private final List<ByteBuf> requests;
    private final List<byte[]> expected;
    private final LoadResult result;
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    private @Nullable ChannelHandlerContext connection;
    private int query;
    private long due;
    private long interval;
    private long end;
    private long sent;

    /**
     * A client.
     *
     * @param requests whole, head and body
     * @param expected hits of each; empty where they are not known yet
     * @param first number of the request to begin with
     * @param result takes down what is answered; of the connection's thread
     */
    LoadClient(List<ByteBuf> requests, List<byte[]> expected, int first, LoadResult result) {
        this.requests = requests;
        this.expected = expected;
        this.query = first;
        this.result = result;
    }

    /**
     * Starts it, once it is connected. Times are of {@link System#nanoTime}.
     *
     * @param first when the first search is due
     * @param every nanoseconds until the next is due, which begins at once where that is past
     * @param until when none is begun any more
     */
    void start(long first, long every, long until) {
        ChannelHandlerContext context = Objects.requireNonNull(connection, "in no pipeline");
        context.executor()
                .execute(
                        () -> {
                            due = first;
                            interval = every;
                            end = until;
                            await(context);
                        });
    }

    /** Completes once the last answer is there; fails with the connection. */
    CompletableFuture<Void> ended() {
        return ended;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        connection = context;
    }

    private void await(ChannelHandlerContext context) {
        long left = Math.min(due, end) - System.nanoTime();
        if (left > 0) {
            context.executor().schedule(() -> await(context), left, TimeUnit.NANOSECONDS);
        } else {
            send(context);
        }
    }

    private void send(ChannelHandlerContext context) {
        sent = System.nanoTime();
        if (sent >= end) {
            ended.complete(null);
            context.close();
            return;
        }
        context.writeAndFlush(requests.get(query).duplicate(), context.voidPromise());
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, FullHttpResponse answer) {
        long nanos = System.nanoTime() - sent;
        int status = answer.status().code();
        if (status == HttpResponseStatus.OK.code()) {
            result.accepted(nanos, isExpected(answer.content()));
        } else {
            result.refused(nanos, isRefusal(status), status);
        }
        query = (query + 1) % requests.size();
        due += interval;
        await(context);
    }

    private static boolean isRefusal(int status) {
        return status == HttpResponseStatus.TOO_MANY_REQUESTS.code()
                || status == HttpResponseStatus.SERVICE_UNAVAILABLE.code();
    }

    private boolean isExpected(ByteBuf answer) {
        return expected.isEmpty()
                || Arrays.equals(expected.get(query), SearchHits.of(ByteBufUtil.getBytes(answer)));
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        // Of no effect where it has ended.
        ended.completeExceptionally(
                new OmenException(ErrorCode.EXTERNAL, "the gateway closed a connection"));
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        ended.completeExceptionally(cause);
        context.close();
    }
}
