package io.omendb.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A gateway as far as it asks who is there: {@link #READER} may read, {@link #MONITOR} only list,
 * everybody ask whether it is ready. Its one collection is {@code shop}.
 */
final class GuardedGateway implements AutoCloseable {
    static final String READER = "reader-s3cret";
    static final String MONITOR = "monitor-s3cret";
    static final String FORBIDDEN = "this key may not read collection shop";

    private static final String COLLECTION =
            "{\"name\":\"shop\",\"vectors\":17,\"dimension\":2,\"segments\":1,\"metric\":\"l2\"}";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private GuardedGateway(HttpServer server) {
        this.server = server;
    }

    /** Starts one, by TLS where a context is given. */
    static GuardedGateway start(@Nullable SSLContext tls) throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        GuardedGateway gateway;
        if (tls == null) {
            gateway = new GuardedGateway(HttpServer.create(any, 0));
        } else {
            HttpsServer https = HttpsServer.create(any, 0);
            https.setHttpsConfigurator(new HttpsConfigurator(tls));
            gateway = new GuardedGateway(https);
        }
        gateway.server.createContext("/", gateway::serve);
        gateway.server.setExecutor(gateway.threads);
        gateway.server.start();
        return gateway;
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] unused = exchange.getRequestBody().readAllBytes();
            String path = exchange.getRequestURI().getPath();
            String key = exchange.getRequestHeaders().getFirst("Authorization");
            boolean reads = ("Bearer " + READER).equals(key);
            if (path.equals("/health/ready")) {
                answer(exchange, 200, "{}");
            } else if (!reads && !("Bearer " + MONITOR).equals(key)) {
                exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer");
                answer(exchange, 401, problem("UNAUTHENTICATED", "a key is wanted"));
            } else if (path.equals("/collections")) {
                answer(exchange, 200, "{\"collections\":[" + COLLECTION + "]}");
            } else if (!reads) {
                answer(exchange, 403, problem("FORBIDDEN", FORBIDDEN));
            } else if (path.endsWith("/search")) {
                answer(exchange, 200, "{\"hits\":[],\"took_ms\":1}");
            } else if (path.endsWith("/points")) {
                answer(exchange, 202, "{\"accepted\":1,\"tokens\":[]}");
            } else {
                answer(exchange, 200, COLLECTION);
            }
        }
    }

    private static String problem(String code, String detail) {
        return "{\"code\":\"" + code + "\",\"detail\":\"" + detail + "\"}";
    }

    private static void answer(HttpExchange exchange, int status, String json) throws IOException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
