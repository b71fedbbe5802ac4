package io.omendb.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.omendb.client.OmenClientException.Reason;
import io.omendb.client.StubServer.Reply;
import io.omendb.client.point.Point;
import io.omendb.client.query.Found;
import io.omendb.client.query.Search;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Timeouts, answers that are none, interrupts, and ends. */
class FailuresTest {
    private final CountDownLatch never = new CountDownLatch(1);
    private StubServer server;
    private OmenClient client;

    @BeforeEach
    void start() throws IOException {
        server = StubServer.start();
        client = OmenClient.connect(server.url());
    }

    @AfterEach
    void stop() {
        never.countDown();
        client.close();
        server.close();
    }

    private static final Search SEARCH = Search.of(new float[] {1}, 1);

    private static OmenClientException failure(Runnable call) {
        return catchThrowableOfType(OmenClientException.class, call::run);
    }

    private OmenClientException searchFailure() {
        return failure(
                () -> {
                    Found unused = client.collection("c").search(SEARCH);
                });
    }

    @Test
    void noAnswerInTime_isTimedOutAndNotTriedAgain() {
        server.inTurn(Reply.of(200, "{}").after(never));
        impatient();
        OmenClientException failure = searchFailure();
        assertThat(failure.reason()).isEqualTo(Reason.TIMED_OUT);
        assertThat(failure).hasMessageContaining("no answer within 150 ms");
        assertThat(failure.attempts()).isEqualTo(1);
        assertThat(server.requests()).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void bodyThatDoesNotCome_isTimedOut() {
        server.inTurn(Reply.stalled(never));
        impatient();
        assertThat(searchFailure().reason()).isEqualTo(Reason.TIMED_OUT);
    }

    private void impatient() {
        client.close();
        client = OmenClient.builder(server.url()).requestTimeout(Duration.ofMillis(150)).connect();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "{}",
                "{'hits':",
                "{'hits':[]} x",
                "{'hits':null}",
                "{'hits':[{'distance':1}]}",
                "{'hits':[{'id':null}]}",
                "{'hits':[{'id':'a','distance':'near'}]}",
                "{'hits':[{'id':'a','metadata':[]}]}",
                "<html>hello</html>",
            })
    void answerThatIsNone_isUnreadable(String body) {
        server.inTurn(Reply.of(200, body));
        OmenClientException failure = searchFailure();
        assertThat(failure.reason()).as(failure.toString()).isEqualTo(Reason.UNREADABLE);
        assertThat(failure)
                .hasMessageStartingWith(
                        "POST /collections/c/search: found an answer that is none: ");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void refusal_carriesTheProblemDocument() {
        server.inTurn(
                Reply.of(
                        504,
                        Reply.problemJson(
                                504,
                                "TIMEOUT",
                                "1 records are still to be applied",
                                ",'freshness':{'lag_records':1},'waited_for':['omen.c-0:3']")));
        OmenClientException failure = searchFailure();
        assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
        assertThat(failure.status()).isEqualTo(504);
        assertThat(failure.code()).isEqualTo("TIMEOUT");
        assertThat(failure.detail()).isEqualTo("1 records are still to be applied");
        assertThat(failure.problem().document())
                .containsEntry("waited_for", List.of("omen.c-0:3"))
                .containsEntry("freshness", Map.of("lag_records", 1L));
    }

    @ParameterizedTest
    @CsvSource({"401,UNAUTHENTICATED,no such key", "403,FORBIDDEN,this key may not read"})
    void keyThatDoesNotDo_isRefusedInTheServersWordsAndNotTriedAgain(
            int status, String code, String detail) {
        server.inTurn(Reply.problem(status, code, detail));
        client.close();
        client = OmenClient.builder(server.url()).bearerToken("s3cret").connect();
        OmenClientException failure = searchFailure();
        assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure)
                .hasMessage("POST /collections/c/search: " + status + " " + code + ": " + detail);
        assertThat(failure.attempts()).isEqualTo(1);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void key_isInNoText() {
        ClientOptions options =
                new ClientOptions(
                        server.url(),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        RetryPolicy.DEFAULT,
                        "s3cret",
                        null,
                        "shop/1.0");
        assertThat(options.toString()).doesNotContain("s3cret");
        try (Transport transport = Transport.open(options)) {
            assertThat(transport.request(Call.get("/collections", Object.class)).toString())
                    .doesNotContain("s3cret");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>bad gateway</html>", "[1]", "\"no\"", "{", "{'code':5}"})
    void refusalThatIsNoProblemDocument_isARefusalAllTheSame(String body) {
        server.inTurn(Reply.of(502, body));
        OmenClientException failure = searchFailure();
        assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
        assertThat(failure.status()).isEqualTo(502);
        assertThat(failure.detail()).isNotEmpty();
    }

    @Test
    void redirect_isNotFollowed() {
        server.inTurn(Reply.of(302, "", Map.of("Location", server.url() + "/elsewhere")));
        assertThat(searchFailure().status()).isEqualTo(302);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void interrupt_endsTheCallAndStays() throws Exception {
        server.inTurn(Reply.of(200, "{}").after(never));
        CompletableFuture<OmenClientException> seen = new CompletableFuture<>();
        Thread caller =
                new Thread(
                        () -> {
                            OmenClientException failure = searchFailure();
                            assertThat(Thread.currentThread().isInterrupted()).isTrue();
                            seen.complete(failure);
                        });
        caller.start();
        Await.until("the request is there", () -> server.requests().size() == 1);
        caller.interrupt();
        assertThat(seen.get().reason()).isEqualTo(Reason.INTERRUPTED);
        caller.join();
    }

    @Test
    void cancel_endsTheRetries() throws Exception {
        server.inTurn(Reply.of(503, "{}", Map.of("Retry-After", "30")));
        CompletableFuture<Found> found = client.async().collection("c").search(SEARCH);
        Await.until("the request is there", () -> server.requests().size() == 1);
        found.cancel(true);
        assertThatThrownBy(found::get).isInstanceOf(CancellationException.class);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void close_failsWhatIsUnderWayAndEndsTheThreads() throws Exception {
        server.inTurn(Reply.of(200, "{}").after(never));
        CompletableFuture<Found> found = client.async().collection("c").search(SEARCH);
        Await.until("the request is there", () -> server.requests().size() == 1);
        client.close();
        client.close();
        assertThatThrownBy(found::get)
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        OmenClientException.class,
                        e -> assertThat(e.reason()).isEqualTo(Reason.CLOSED));
        assertThat(searchFailure().reason()).isEqualTo(Reason.CLOSED);
        Await.until(
                "no thread of a client is left",
                () ->
                        Thread.getAllStackTraces().keySet().stream()
                                .noneMatch(thread -> thread.getName().startsWith("omen-client")));
    }

    @Test
    void headers_areSent() {
        server.inTurn(Reply.of(200, "{'hits':[]}"));
        try (OmenClient own =
                OmenClient.builder(server.url() + "/proxied/")
                        .bearerToken("s3cret")
                        .userAgent("shop/1.0")
                        .connect()) {
            Found unused = own.collection("c").search(SEARCH);
        }
        assertThat(server.last().target()).isEqualTo("/proxied/collections/c/search");
        assertThat(server.last().header("Authorization")).isEqualTo("Bearer s3cret");
        assertThat(server.last().header("User-agent")).isEqualTo("shop/1.0");
        assertThat(server.last().header("Content-type")).isEqualTo("application/json");
    }

    @Test
    void whatCannotBeSent_isRefusedBefore() {
        for (String uri : List.of("localhost:8080", "ftp://a", "http://", "http://a?b", "a b")) {
            assertThatThrownBy(() -> OmenClient.connect(uri))
                    .as(uri)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> OmenClient.builder(server.url()).bearerToken("a\nb").connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("a\nb");
        assertThatThrownBy(() -> Point.of("a", 1, Float.NaN))
                .hasMessage("vector[1]: found NaN, expected a finite number");
        assertThatThrownBy(
                        () ->
                                client.collection("c")
                                        .upsert(
                                                List.of(
                                                        Point.of("a", 1)
                                                                .withField("o", new Object()))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no JSON form");
        assertThat(server.requests()).isEmpty();
    }
}
