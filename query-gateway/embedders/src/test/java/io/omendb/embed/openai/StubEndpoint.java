package io.omendb.embed.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An HTTP server on loopback that embeds a text as its length and a one, in reverse order, and
 * answers otherwise as often as it is told to.
 */
final class StubEndpoint implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    record Reply(int status, Map<String, String> headers, String body) {}

    record Request(String path, String authorization, JsonNode body) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Deque<Reply> replies = new ArrayDeque<>();
    final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger mostAtATime = new AtomicInteger();
    private final AtomicInteger atATime = new AtomicInteger();
    volatile CountDownLatch gate = new CountDownLatch(0);

    StubEndpoint() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    /** Answers this before it embeds again. */
    synchronized void next(int status, String body, String... headers) {
        Map<String, String> map = headers.length == 0 ? Map.of() : Map.of(headers[0], headers[1]);
        replies.add(new Reply(status, map, body.replace('\'', '"')));
    }

    private synchronized Reply poll() {
        return replies.poll();
    }

    private void handle(HttpExchange exchange) throws IOException {
        mostAtATime.accumulateAndGet(atATime.incrementAndGet(), Math::max);
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
            requests.add(
                    new Request(
                            exchange.getRequestURI().getPath(),
                            exchange.getRequestHeaders().getFirst("authorization"),
                            body));
            gate.await(30, TimeUnit.SECONDS);
            Reply reply = poll();
            if (reply == null) {
                reply = new Reply(200, Map.of(), embedded(body));
            }
            reply.headers.forEach(exchange.getResponseHeaders()::set);
            byte[] bytes = reply.body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(reply.status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            atATime.decrementAndGet();
        }
    }

    private static String embedded(JsonNode body) {
        List<String> data = new ArrayList<>();
        for (int i = 0; i < body.path("input").size(); i++) {
            int length = body.path("input").get(i).asText().length();
            data.add(
                    "{\"object\":\"embedding\",\"embedding\":["
                            + length
                            + ",1.0],\"index\":"
                            + i
                            + "}");
        }
        Collections.reverse(data);
        return "{\"object\":\"list\",\"data\":["
                + String.join(",", data)
                + "],\"model\":\"m\",\"usage\":{\"prompt_tokens\":1}}";
    }

    @Override
    public void close() {
        gate.countDown();
        server.stop(0);
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
                throw new UncheckedIOException(new IOException("the stub did not end"));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
