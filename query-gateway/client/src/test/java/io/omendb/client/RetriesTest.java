package io.omendb.client;

import static io.omendb.client.StubServer.Reply.drop;
import static io.omendb.client.StubServer.Reply.half;
import static io.omendb.client.StubServer.Reply.problem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.omendb.client.OmenClientException.Reason;
import io.omendb.client.StubServer.Reply;
import io.omendb.client.filter.Filters;
import io.omendb.client.point.Point;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried again, how often, and what is not. */
class RetriesTest {
    private static final RetryPolicy QUICK =
            RetryPolicy.DEFAULT.withBackoff(Duration.ofMillis(1), Duration.ofMillis(2));
    private static final Reply WRITTEN = Reply.of(202, "{'accepted':1,'tokens':['omen.c-0:17']}");

    private StubServer server;
    private OmenClient client;

    @BeforeEach
    void start() throws IOException {
        server = StubServer.start();
        client = OmenClient.builder(server.url()).retries(QUICK).connect();
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private void write() {
        var unused = client.collection("c").upsert(List.of(Point.of("a", 1, 2)));
    }

    private static OmenClientException failure(Runnable call) {
        return catchThrowableOfType(OmenClientException.class, call::run);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void overloadedOrAway_isTriedAgain(int status) {
        server.inTurn(problem(status, "CODE", "later"), problem(status, "CODE", "later"), WRITTEN);
        write();
        assertThat(server.requests()).hasSize(3);
        assertThat(server.requests())
                .extracting(StubServer.Request::body)
                .containsOnly("{\"points\":[{\"id\":\"a\",\"vector\":[1.0,2.0]}]}");
    }

    @Test
    void alwaysAway_endsAfterTheAttemptsAllowed() {
        server.inTurn(problem(503, "UNAVAILABLE", "a shard is away"));
        OmenClientException failure = failure(this::write);
        assertThat(failure.reason()).isEqualTo(Reason.REFUSED);
        assertThat(failure.status()).isEqualTo(503);
        assertThat(failure.code()).isEqualTo("UNAVAILABLE");
        assertThat(failure.detail()).isEqualTo("a shard is away");
        assertThat(failure.attempts()).isEqualTo(5);
        assertThat(failure)
                .hasMessage(
                        "POST /collections/c/points?wait=false: 503 UNAVAILABLE: a shard is away"
                                + " (tried 5 times)");
        assertThat(server.requests()).hasSize(5);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 409, 413, 422, 500, 504})
    void otherRefusals_areNotTriedAgain(int status) {
        server.inTurn(problem(status, "CODE", "no"));
        assertThat(failure(this::write).status()).isEqualTo(status);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void timeout_askedFor_isTriedAgain() {
        server.inTurn(problem(504, "TIMEOUT", "late"), WRITTEN);
        try (OmenClient patient =
                OmenClient.builder(server.url()).retries(QUICK.withTimeouts()).connect()) {
            var unused = patient.collection("c").upsert(List.of(Point.of("a", 1)));
        }
        assertThat(server.requests()).hasSize(2);
    }

    /** What came after it would be undone. */
    @Test
    void timeout_ofWhatIsWritten_isNotTriedAgain() {
        server.inTurn(
                Reply.of(
                        504,
                        "{'status':504,'code':'TIMEOUT','detail':'Written, but','accepted':1,"
                                + "'tokens':['omen.c-0:7']}"),
                WRITTEN);
        try (OmenClient patient =
                OmenClient.builder(server.url()).retries(QUICK.withTimeouts()).connect()) {
            OmenClientException failure =
                    failure(
                            () -> {
                                var unused =
                                        patient.collection("c").upsert(List.of(Point.of("a", 1)));
                            });
            assertThat(failure.status()).isEqualTo(504);
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void lostConnection_isTriedAgain() {
        server.inTurn(drop(), half(), WRITTEN);
        write();
        assertThat(server.requests()).hasSizeGreaterThanOrEqualTo(3);
    }

    @Test
    void lostConnection_forEver_isDisconnected() {
        server.inTurn(half());
        OmenClientException failure = failure(this::write);
        assertThat(failure.reason()).isEqualTo(Reason.DISCONNECTED);
        assertThat(failure.status()).isZero();
        assertThat(failure.code()).isEqualTo("DISCONNECTED");
        assertThat(failure.problem()).isNull();
        assertThat(failure.attempts()).isEqualTo(5);
    }

    @Test
    void whatMayNotBeDoneTwice_isNotTriedAgainAfterItMayHaveBeenDone() {
        List<Runnable> calls =
                List.of(
                        () -> client.dropCollection("c"),
                        () -> {
                            var unused = client.collection("c").delete(Filters.eq("a", 1));
                        });
        for (Runnable call : calls) {
            server.inTurn(half());
            int before = server.requests().size();
            assertThat(failure(call).reason()).isEqualTo(Reason.DISCONNECTED);
            server.inTurn(problem(503, "UNAVAILABLE", "away"));
            assertThat(failure(call).status()).isEqualTo(503);
            assertThat(server.requests()).hasSize(before + 2);
            // Refused before anything was done.
            server.inTurn(problem(429, "OVERLOADED", "later"), WRITTEN);
            call.run();
            assertThat(server.requests()).hasSize(before + 4);
        }
    }

    @Test
    void noConnection_isTriedAgainAndThenUnreachable() throws Exception {
        // A port that is lent to nobody: one that was free a moment ago may be.
        try (OmenClient alone = OmenClient.builder("http://127.0.0.1:1").retries(QUICK).connect()) {
            OmenClientException failure = failure(() -> alone.dropCollection("c"));
            assertThat(failure.reason()).isEqualTo(Reason.UNREACHABLE);
            assertThat(failure.attempts()).isEqualTo(5);
            assertThat(failure).hasMessageContaining("does a gateway listen there?");
        }
    }

    @Test
    void retryAfter_isWaitedFor() {
        Reply busy = Reply.of(429, "{}", Map.of("Retry-After", "1"));
        server.inTurn(busy, WRITTEN);
        long start = System.nanoTime();
        write();
        assertThat(Duration.ofNanos(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void retryAfter_longerThanTheTimeLeft_failsAtOnce() {
        server.inTurn(Reply.of(503, "{}", Map.of("Retry-After", "3600")));
        OmenClientException failure = failure(this::write);
        assertThat(failure.status()).isEqualTo(503);
        assertThat(failure.code()).isEqualTo("HTTP_503");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void total_boundsTheWhole() {
        server.inTurn(problem(503, "UNAVAILABLE", "away"));
        RetryPolicy endless =
                QUICK.withAttemptsMax(Integer.MAX_VALUE).withTotal(Duration.ofSeconds(1));
        try (OmenClient bounded = OmenClient.builder(server.url()).retries(endless).connect()) {
            long start = System.nanoTime();
            OmenClientException failure = failure(() -> bounded.describeCollection("c"));
            assertThat(failure.reason()).isIn(Reason.REFUSED, Reason.TIMED_OUT);
            assertThat(failure.attempts()).isGreaterThan(1);
            assertThat(System.nanoTime() - start).isLessThan(Duration.ofSeconds(20).toNanos());
        }
    }

    @Test
    void pause_isAtRandomBelowABoundThatDoubles() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        RetryPolicy policy =
                RetryPolicy.DEFAULT.withBackoff(Duration.ofMillis(100), Duration.ofMillis(350));
        long[] bounds = {100, 200, 350, 350};
        for (int attempts = 1; attempts <= bounds.length; attempts++) {
            long most = 0;
            for (int i = 0; i < 500; i++) {
                long pause = policy.pause(attempts, Duration.ZERO, random).toMillis();
                assertThat(pause).as("seed %d", seed).isBetween(0L, bounds[attempts - 1]);
                most = Math.max(most, pause);
            }
            assertThat(most).as("seed %d", seed).isGreaterThan(bounds[attempts - 1] / 2);
        }
        assertThat(policy.pause(1_000, Duration.ofSeconds(9), random))
                .isBetween(Duration.ofSeconds(9), Duration.ofMillis(9_350));
    }

    @Test
    void retryAfter_readsSecondsAndDates() {
        Instant now = Instant.parse("2026-11-01T12:00:00Z");
        assertThat(retryAfter("7", now)).isEqualTo(Duration.ofSeconds(7));
        assertThat(retryAfter("Sun, 01 Nov 2026 12:01:00 GMT", now))
                .isEqualTo(Duration.ofMinutes(1));
        assertThat(retryAfter("Sun, 01 Nov 2026 11:00:00 GMT", now)).isZero();
        assertThat(retryAfter("soon", now)).isZero();
        assertThat(retryAfter("-3", now)).isZero();
        assertThat(RetryAfter.of(HttpHeaders.of(Map.of(), (n, v) -> true), now)).isZero();
    }

    private static Duration retryAfter(String value, Instant now) {
        return RetryAfter.of(
                HttpHeaders.of(Map.of("Retry-After", List.of(value)), (name, each) -> true), now);
    }
}
