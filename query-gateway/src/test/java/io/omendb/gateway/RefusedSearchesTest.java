package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.linecorp.armeria.common.CommonPools;
import com.linecorp.armeria.common.HttpMethod;
import com.linecorp.armeria.common.HttpResponse;
import com.linecorp.armeria.common.HttpStatus;
import com.linecorp.armeria.common.MediaType;
import com.linecorp.armeria.server.Server;
import com.linecorp.armeria.server.ServerBuilder;
import io.omendb.gateway.access.KeyRing;
import io.omendb.gateway.access.Need;
import io.omendb.gateway.http.Acceptors;
import io.omendb.gateway.http.Admission;
import io.omendb.gateway.http.Call;
import io.omendb.gateway.http.Connections;
import io.omendb.gateway.http.Limits;
import io.omendb.gateway.http.Problems;
import io.omendb.gateway.http.Route;
import io.omendb.gateway.http.RouteService;
import io.omendb.gateway.shards.Overload;
import io.omendb.record.StrictJson;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway's routes once more is searched for than there is time for. */
class RefusedSearchesTest {
    private static final String HEAD =
            "POST %s HTTP/1.1\nhost: a\nx-request-id: mine\ncontent-type: application/json\n"
                    + "content-length: %d\n\n";

    private Overload overload;
    private Admission admission;
    private final AtomicInteger calls = new AtomicInteger();
    private final List<Integer> statuses = new CopyOnWriteArrayList<>();
    private Server server;

    @BeforeEach
    void start() {
        start(Overload.reached());
    }

    private void start(Overload reached) {
        overload = reached;
        admission = new Admission(100, 1000, 1000, overload.limit());
        ServerBuilder builder = Server.builder().http(0);
        // Armeria's own would be waited for two seconds at each stop.
        builder.bossGroupFactory(address -> Acceptors.beside(CommonPools.workerGroup()));
        Connections.configure(builder, Limits.DEFAULT, false);
        serve(
                builder,
                Route.quick(HttpMethod.POST, "/search", Need.NOTHING, this::answer).searching());
        serve(builder, Route.quick(HttpMethod.POST, "/points", Need.NOTHING, this::answer));
        server = builder.build();
        server.start().join();
    }

    @AfterEach
    void stop() {
        server.stop().join();
    }

    private void serve(ServerBuilder builder, Route route) {
        builder.service(
                route.path(),
                new RouteService(
                        route,
                        KeyRing.none(),
                        null,
                        admission,
                        new Problems(Limits.DEFAULT.bodyBytes(), List.of()),
                        Limits.DEFAULT,
                        (answered, status, nanos) -> statuses.add(status)));
    }

    private CompletableFuture<HttpResponse> answer(Call call) {
        calls.incrementAndGet();
        overload.work();
        return CompletableFuture.completedFuture(
                HttpResponse.of(HttpStatus.OK, MediaType.PLAIN_TEXT_UTF_8, "done"));
    }

    @Test
    void search_isRefusedBeforeItsBodyIsThere() throws Exception {
        try (RawConnection connection = new RawConnection(server.activeLocalPort())) {
            String answer = connection.send(HEAD.formatted("/search", 500)).answer();

            assertThat(answer)
                    .startsWith("HTTP/1.1 429 ")
                    .containsIgnoringCase("retry-after: 1\r\n")
                    .containsIgnoringCase("content-type: application/problem+json")
                    .containsIgnoringCase("x-request-id: mine\r\n");
            String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
            JsonNode problem = StrictJson.mapper().readTree(body);
            assertThat(problem.path("status").asInt()).isEqualTo(429);
            assertThat(problem.path("code").asText()).isEqualTo("OVERLOADED");
            assertThat(problem.path("request_id").asText()).isEqualTo("mine");
        }
        assertThat(calls).hasValue(0);
        assertThat(statuses).containsExactly(429);
        assertThat(admission.inFlight()).isZero();
    }

    @Test
    void connection_outlivesRefusals() throws Exception {
        String search = HEAD.formatted("/search", 2) + "{}";
        try (RawConnection connection = new RawConnection(server.activeLocalPort())) {
            for (int i = 0; i < 20; i++) {
                assertThat(connection.send(search).answer()).startsWith("HTTP/1.1 429 ");
            }
            overload.end();
            assertThat(connection.send(search).answer()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(calls).hasValue(1);
    }

    @Test
    void ofOneTurn_whatComesLaterIsRefused_andOtherRequestsAreNot() throws Exception {
        stop();
        start(Overload.ofLoops());
        String search = HEAD.formatted("/search", 2) + "{}";
        String points = HEAD.formatted("/points", 2) + "{}";
        try (RawConnection connection = new RawConnection(server.activeLocalPort())) {
            connection.send(search + search + points);
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ");
            assertThat(connection.answer()).startsWith("HTTP/1.1 429 ");
            assertThat(connection.answer()).startsWith("HTTP/1.1 200 ");
            assertThat(connection.send(search).answer()).startsWith("HTTP/1.1 200 ");
        }
        assertThat(calls).hasValue(3);
        assertThat(overload.limit().refusals()).isEqualTo(1);
    }

    @Test
    void otherRequests_areAnsweredMeanwhile() throws Exception {
        try (RawConnection connection = new RawConnection(server.activeLocalPort())) {
            assertThat(connection.send(HEAD.formatted("/points", 2) + "{}").answer())
                    .startsWith("HTTP/1.1 200 ");
        }
        assertThat(calls).hasValue(1);
    }
}
