package io.omendb.embed.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.embed.Embedder;
import io.omendb.embed.Settings;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenAiEmbedderTest {
    private static final String SECRET = "sk-secret";

    private StubEndpoint endpoint;
    private final Map<String, Object> settings = new HashMap<>();
    private Embedder embedder;

    @BeforeEach
    void start() throws Exception {
        endpoint = new StubEndpoint();
        settings.putAll(
                Map.of(
                        "url",
                        endpoint.url(),
                        "model",
                        "m",
                        "dimension",
                        2,
                        "api_key_env",
                        "KEY",
                        "backoff_ms",
                        1));
    }

    @AfterEach
    void stop() {
        if (embedder != null) {
            embedder.close();
        }
        endpoint.close();
    }

    private Embedder embedder() {
        if (embedder == null) {
            embedder =
                    OpenAiEmbedder.open(
                            Endpoint.of(Settings.of("e", settings, variable -> SECRET)),
                            new Random(42));
        }
        return embedder;
    }

    private List<float[]> embed(String... texts) throws Exception {
        return embedder().embed(List.of(texts)).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private void fails(String message) {
        assertThatThrownBy(() -> embed("a"))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        OmenException.class,
                        e -> assertThat(e.code()).isEqualTo(ErrorCode.UNAVAILABLE))
                .hasMessageStartingWith("Embedder e " + message)
                .hasMessageNotContaining(SECRET);
    }

    @Test
    void embed_asksAsTheApiHasIt_andSortsByIndex() throws Exception {
        assertThat(embed("a", "bbb", "")).extracting(v -> v[0]).containsExactly(1f, 3f, 0f);

        StubEndpoint.Request request = endpoint.requests.get(0);
        assertThat(request.path()).isEqualTo("/v1/embeddings");
        assertThat(request.authorization()).isEqualTo("Bearer " + SECRET);
        assertThat(request.body().toString())
                .isEqualTo("{\"model\":\"m\",\"input\":[\"a\",\"bbb\",\"\"]}");
        assertThat(embedder().dimension()).isEqualTo(2);
    }

    @Test
    void embed_dimensionAsked_isSent_andWithoutAKeyNoneIs() throws Exception {
        settings.put("ask_dimension", true);
        settings.remove("api_key_env");
        settings.put("url", endpoint.url() + "/");
        assertThat(embed("a")).hasSize(1);
        StubEndpoint.Request request = endpoint.requests.get(0);
        assertThat(request.body().path("dimensions").asInt()).isEqualTo(2);
        assertThat(request.authorization()).isNull();
        assertThat(request.path()).isEqualTo("/v1/embeddings");
    }

    @Test
    void embed_many_areBatches_fewAtATime() throws Exception {
        settings.put("batch_size", 3);
        settings.put("requests", 2);
        String[] texts = IntStream.range(0, 20).mapToObj("x"::repeat).toArray(String[]::new);
        List<float[]> vectors = embed(texts);
        for (int i = 0; i < texts.length; i++) {
            assertThat(vectors.get(i)).containsExactly(i, 1);
        }
        assertThat(endpoint.requests).hasSize(7);
        assertThat(endpoint.mostAtATime.get()).isBetween(1, 2);
    }

    @Test
    void embed_overloadedOrBroken_isTriedAgain() throws Exception {
        endpoint.next(429, "{}", "Retry-After", "0");
        endpoint.next(500, "oops");
        endpoint.next(503, "");
        assertThat(embed("a")).hasSize(1);
        assertThat(endpoint.requests).hasSize(4);
    }

    @Test
    void embed_retryAfter_isWaitedFor() throws Exception {
        endpoint.next(429, "{}", "Retry-After", "1");
        long start = System.nanoTime();
        assertThat(embed("a")).hasSize(1);
        assertThat(System.nanoTime() - start).isGreaterThan(TimeUnit.MILLISECONDS.toNanos(990));
        endpoint.next(429, "{}", "Retry-After", "3600");
        fails("answered 429 and wants 3600 s to pass");
    }

    @Test
    void embed_givesUp_afterSoManyTries() {
        for (int i = 0; i < 4; i++) {
            endpoint.next(503, "{'error':{'message':'busy\\n" + i + "'}}");
        }
        fails("answered 503: busy 3 (4 tries)");
        assertThat(endpoint.requests).hasSize(4);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | {'error':{'message':'input too long'}} | answered 400: input too long",
                "404 | {'error':'model not found'} | answered 404: model not found",
                "422 | {'detail':'no'} | answered 422: no",
                "413 | <html> | answered 413",
                "400 | {'error':{'message':'bad key sk-secret'}} | answered 400",
                "401 | {'error':{'message':'bad key sk-se***ret'}} | answered 401: it does not"
                        + " accept the API key",
                "302 | {} | answered 302",
                "200 | {} | gave an answer that is of no use: data: found no embedding with index 0",
                "200 | nonsense | gave an answer that is of no use: body: found broken JSON",
                "200 | {'data':[{'index':0,'embedding':[1]}]} | gave an answer that is of no use:"
                        + " data[0].embedding: found 1 components, expected the embedder's"
                        + " dimension 2",
                "200 | {'data':[{'index':1,'embedding':[1,2]}]} | gave an answer that is of no use:"
                        + " data[0].index: found 1",
                "200 | {'data':[{'embedding':[1,2]},{'embedding':[1,2]}]} | gave an answer that is"
                        + " of no use: data: found more embeddings",
                "200 | {'data':[{'embedding':[1,1e60]}]} | gave an answer that is of no use:"
                        + " data[0].embedding: found Infinity",
                "200 | {'data':[{'embedding':'AAAA'}]} | gave an answer that is of no use:"
                        + " data[0].embedding: found \"AAAA\"",
            })
    void embed_refusedOrNonsense_isNotTriedAgain(int status, String body, String message) {
        endpoint.next(status, body);
        fails(message);
        assertThat(endpoint.requests).hasSize(1);
    }

    @Test
    void embed_withoutIndices_areInOrder() throws Exception {
        endpoint.next(200, "{'data':[{'embedding':[1,2]},{'embedding':[3,4]}]}");
        assertThat(embed("a", "b")).extracting(v -> v[0]).containsExactly(1f, 3f);
    }

    @Test
    void embed_endlessAnswer_isCutOff() {
        endpoint.next(200, "{'x':'" + "y".repeat(200_000) + "'}");
        fails("failed: found an answer of more than 65664 bytes");
    }

    @Test
    void embed_noAnswer_endsInTime() {
        settings.put("timeout_ms", 50);
        settings.put("attempts", 2);
        endpoint.gate = new CountDownLatch(1);
        fails("did not answer within 50 ms (2 tries)");
    }

    @Test
    void embed_nobodyThere_saysSo() throws Exception {
        endpoint.close();
        fails("cannot be reached: ConnectException (4 tries)");
    }

    @Test
    void embed_headWithoutBody_endsInTime() throws Exception {
        settings.put("timeout_ms", 1_000);
        settings.put("attempts", 1);
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            settings.put("url", "http://127.0.0.1:" + server.getLocalPort());
            server.setSoTimeout(20_000);
            CompletableFuture<List<float[]>> call =
                    embedder().embed(List.of("a")).toCompletableFuture();
            try (Socket socket = server.accept()) {
                socket.getOutputStream()
                        .write(
                                "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"
                                        .getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
                assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
                        .hasRootCauseMessage(null)
                        .cause()
                        .hasMessage("Embedder e did not answer within 1000 ms");
            }
        }
    }

    @Test
    void embed_cancelled_frees_theQueue() throws Exception {
        settings.put("requests", 1);
        endpoint.gate = new CountDownLatch(1);
        CompletableFuture<List<float[]>> call =
                embedder().embed(List.of("a")).toCompletableFuture();
        awaitRequests(1);
        call.cancel(true);
        CompletableFuture<List<float[]>> other =
                embedder().embed(List.of("b")).toCompletableFuture();
        awaitRequests(2);
        endpoint.gate.countDown();
        assertThat(other.get(30, TimeUnit.SECONDS)).hasSize(1);
        assertThat(endpoint.requests.get(1).body().at("/input/0").asText()).isEqualTo("b");
    }

    @Test
    void close_failsWhatIsUnderWay() throws Exception {
        endpoint.gate = new CountDownLatch(1);
        CompletableFuture<List<float[]>> call =
                embedder().embed(List.of("a")).toCompletableFuture();
        awaitRequests(1);
        embedder().close();
        assertThatThrownBy(() -> call.get(30, TimeUnit.SECONDS))
                .hasRootCauseMessage("Embedder e is closed.");
    }

    private void awaitRequests(int count) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (endpoint.requests.size() < count) {
            assertThat(System.nanoTime()).isLessThan(end);
            LockSupport.parkNanos(1_000_000);
        }
    }

    @Test
    void retryAfter_isSecondsOrADate() {
        assertThat(RetryAfter.of(null)).isZero();
        assertThat(RetryAfter.of("soon")).isZero();
        assertThat(RetryAfter.of(" 7 ")).hasSeconds(7);
        assertThat(RetryAfter.of("99999999999999999999")).hasSeconds(999_999_999);
        assertThat(RetryAfter.of("Wed, 21 Oct 2015 07:28:00 GMT")).isZero();
        assertThat(RetryAfter.of("Wed, 21 Oct 2065 07:28:00 GMT").toDays()).isPositive();
    }
}
