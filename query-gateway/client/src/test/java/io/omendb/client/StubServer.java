package io.omendb.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** A server on the loopback that answers as a test says, and remembers what it was asked. */
final class StubServer implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    static {
        // Else every small answer waits for the acknowledgement of its headers, 40 ms.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /** A request as it came. */
    record Request(String method, String target, Map<String, List<String>> headers, String body) {
        JsonNode json() {
            try {
                return MAPPER.readTree(body);
            } catch (IOException e) {
                throw new AssertionError(body, e);
            }
        }

        /** Method and target. */
        String line() {
            return method + " " + target;
        }

        String header(String name) {
            List<String> values = headers.get(name);
            return values == null ? null : values.get(0);
        }
    }

    /** What becomes of a request. */
    @FunctionalInterface
    interface Reply {
        void to(HttpExchange exchange) throws Exception;

        /** JSON; quotes may be written {@code '}. */
        static Reply of(int status, String json) {
            return of(status, json, Map.of());
        }

        static Reply of(int status, String json, Map<String, String> headers) {
            return exchange -> {
                byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
                headers.forEach(exchange.getResponseHeaders()::set);
                exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
                exchange.getResponseBody().write(bytes);
            };
        }

        static Reply problem(int status, String code, String detail) {
            return of(status, problemJson(status, code, detail, ""));
        }

        static String problemJson(int status, String code, String detail, String more) {
            return "{'type':'about:blank','title':'T','status':"
                    + status
                    + ",'detail':'"
                    + detail
                    + "','code':'"
                    + code
                    + "'"
                    + more
                    + "}";
        }

        /** The connection ends without a word. */
        static Reply drop() {
            return HttpExchange::close;
        }

        /** Headers that promise more than comes; then the connection ends. */
        static Reply half() {
            return exchange -> {
                exchange.sendResponseHeaders(200, 100);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                exchange.close();
            };
        }

        /** Headers, and a body that does not come before the latch opens. */
        static Reply stalled(CountDownLatch gate) {
            return exchange -> {
                exchange.sendResponseHeaders(200, 100);
                exchange.getResponseBody().write('{');
                exchange.getResponseBody().flush();
                boolean unused = gate.await(60, TimeUnit.SECONDS);
            };
        }

        /** This reply once the latch opens. */
        default Reply after(CountDownLatch gate) {
            return exchange -> {
                boolean unused = gate.await(60, TimeUnit.SECONDS);
                to(exchange);
            };
        }
    }

    /** Decides what becomes of requests. */
    @FunctionalInterface
    interface Script {
        Reply reply(Request request) throws Exception;
    }

    private final HttpServer server;
    private final String scheme;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Script script = request -> Reply.of(200, "{}");

    private StubServer(HttpServer server, String scheme) {
        this.server = server;
        this.scheme = scheme;
    }

    static StubServer start() throws IOException {
        return start(HttpServer.create(anyPort(), 0), "http");
    }

    /** By TLS, to clients that show a certificate where it wants one. */
    static StubServer start(SSLContext tls, boolean wantsCertificate) throws IOException {
        HttpsServer https = HttpsServer.create(anyPort(), 0);
        https.setHttpsConfigurator(
                new HttpsConfigurator(tls) {
                    @Override
                    public void configure(HttpsParameters parameters) {
                        SSLParameters ssl = tls.getDefaultSSLParameters();
                        ssl.setNeedClientAuth(wantsCertificate);
                        parameters.setSSLParameters(ssl);
                    }
                });
        return start(https, "https");
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private static StubServer start(HttpServer http, String scheme) {
        StubServer stub = new StubServer(http, scheme);
        http.createContext("/", stub::serve);
        http.setExecutor(stub.threads);
        http.start();
        return stub;
    }

    private void serve(HttpExchange exchange) throws IOException {
        Request request =
                new Request(
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().toString(),
                        Map.copyOf(exchange.getRequestHeaders()),
                        new String(
                                exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        requests.add(request);
        try (exchange) {
            script.reply(request).to(exchange);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    /** Every request is answered so. */
    StubServer always(Script chosen) {
        script = chosen;
        return this;
    }

    /** The first requests are answered so, one after the other; later ones like the last. */
    StubServer inTurn(Reply... replies) {
        int before = requests.size();
        return always(request -> replies[Math.min(requests.size() - before, replies.length) - 1]);
    }

    List<Request> requests() {
        return requests;
    }

    Request last() {
        return requests.get(requests.size() - 1);
    }

    String url() {
        return scheme + "://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
