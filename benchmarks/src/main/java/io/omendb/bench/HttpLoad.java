package io.omendb.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Clients that search a collection at rest, each on a connection of its own that is kept, and look
 * at what they are answered: the same hits as when nobody else asked, a refusal, or something that
 * must not be.
 *
 * <p>As in wrk, one thread drives all connections and requests are bytes made beforehand, so that
 * it is the server that is measured: a thread for each of 64 clients takes a share of the
 * processors that they share with the server, and then waits for its turn in the measured time.
 */
final class HttpLoad {
    private static final int ANSWER_BYTES_MAX = 1 << 20;
    private static final long PATIENCE_SECONDS = 60;

    private final URI gateway;
    private final String collection;
    private final List<byte[]> bodies;
    private final List<ByteBuf> requests = new ArrayList<>();
    private final List<byte[]> expected = new ArrayList<>();

    /**
     * A load of these searches.
     *
     * @param bodies of the requests
     */
    HttpLoad(URI gateway, String collection, List<byte[]> bodies) {
        this.gateway = gateway;
        this.collection = collection;
        this.bodies = bodies;
        for (byte[] body : bodies) {
            requests.add(request(body));
        }
    }

    private ByteBuf request(byte[] body) {
        byte[] head =
                String.format(
                                "POST /collections/%s/search HTTP/1.1\r\n"
                                        + "host: %s\r\n"
                                        + "content-type: application/json\r\n"
                                        + "content-length: %d\r\n\r\n",
                                collection, gateway.getAuthority(), body.length)
                        .getBytes(StandardCharsets.US_ASCII);
        return Unpooled.unreleasableBuffer(
                Unpooled.directBuffer(head.length + body.length).writeBytes(head).writeBytes(body));
    }

    /** Asks everything once, one after the other: what later answers are held against. */
    void learn() {
        try (HttpSearch http = new HttpSearch(gateway, collection)) {
            for (byte[] body : bodies) {
                expected.add(SearchHits.of(http.send(body)));
            }
        }
    }

    /**
     * Runs clients.
     *
     * @param clients at a time
     * @param perSecond searches they begin together; a client that is behind begins at once. 0 for
     *     back to back
     * @return latencies from sending a request to having the whole answer
     */
    LoadResult run(int clients, double perSecond, double seconds) throws InterruptedException {
        EventLoopGroup thread =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory("omen-bench-search", true),
                        Epoll.isAvailable()
                                ? EpollIoHandler.newFactory()
                                : NioIoHandler.newFactory());
        LoadResult result = new LoadResult(seconds);
        try {
            List<LoadClient> all = new ArrayList<>();
            List<CompletableFuture<Void>> ends = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                LoadClient client =
                        new LoadClient(requests, expected, i * requests.size() / clients, result);
                connect(thread, client);
                all.add(client);
                ends.add(client.ended());
            }
            long begin = System.nanoTime();
            long interval = perSecond == 0 ? 0 : (long) (1e9 * clients / perSecond);
            for (int i = 0; i < clients; i++) {
                all.get(i)
                        .start(
                                begin + interval * i / clients,
                                interval,
                                begin + (long) (seconds * 1e9));
            }
            CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new))
                    .get((long) seconds + PATIENCE_SECONDS, TimeUnit.SECONDS);
            return result;
        } catch (ExecutionException | TimeoutException e) {
            throw new OmenException(ErrorCode.EXTERNAL, "a search failed: " + e, e);
        } finally {
            thread.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS).await();
        }
    }

    private void connect(EventLoopGroup thread, LoadClient client) throws InterruptedException {
        new Bootstrap()
                .group(thread)
                .channel(Epoll.isAvailable() ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(
                        new ChannelInitializer<Channel>() {
                            @Override
                            protected void initChannel(Channel channel) {
                                channel.pipeline()
                                        .addLast(
                                                new HttpResponseDecoder(),
                                                new HttpObjectAggregator(ANSWER_BYTES_MAX),
                                                client);
                            }
                        })
                .connect(gateway.getHost(), gateway.getPort())
                .sync();
    }
}
