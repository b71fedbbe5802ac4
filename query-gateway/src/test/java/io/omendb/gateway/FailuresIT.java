package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.connectors.broker.BrokerOptions;
import io.omendb.connectors.broker.BrokerProcess;
import io.omendb.gateway.http.Limits;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Shards, broker and limits that fail. */
@ExtendWith(SharedBroker.class)
class FailuresIT {
    private static final String CHROMA =
            "/api/v2/tenants/default_tenant/databases/default_database/collections";

    /** Chroma's requests that are worked on, and wait for it. */
    private static final int CHROMA_MAX = 16 + 128;

    private static final String SEARCH = "{'vector':[0,0,0],'k':5}";
    private static final String PARTIAL = "{'vector':[0,0,0],'k':5,'allow_partial':true}";

    @Test
    void shards_missingOrDead_are503UnlessPartialIsAllowed(SharedBroker.Running broker)
            throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            Client client = running.client;
            String path = running.collection("partial");
            client.post(
                            path + "/points?wait=true",
                            "{'points':[{'id':'a','vector':[0,0,0]},{'id':'b','vector':[0,0,1]}]}")
                    .expect(200);

            running.job.hide(1);
            client.post(path + "/search", SEARCH)
                    .expectProblem(503, "UNAVAILABLE", "1 of 2 shards are known");
            assertPartial(client.post(path + "/search", PARTIAL).expect(200).json());
            client.get("/health/ready").expectProblem(503, "UNAVAILABLE", "1 of 2 shards");
            running.job.unhide();
            client.get("/health/ready").expect(200);

            running.job.kill(1);
            client.post(path + "/search", SEARCH)
                    .expectProblem(503, "UNAVAILABLE", "Shard 1 at 127.0.0.1:");
            assertThat(running.job.reported()).hasSize(1);
            assertPartial(client.post(path + "/search", PARTIAL).expect(200).json());
            client.post(path + "/count", "{}").expect(503);
            // One of the two is on the shard that still answers; of the other nobody can tell.
            assertThat(
                            Set.of(
                                    client.get(path + "/points/a").status(),
                                    client.get(path + "/points/b").status()))
                    .containsExactlyInAnyOrder(200, 503);

            running.job.kill(0);
            client.post(path + "/search", PARTIAL).expectProblem(503, "UNAVAILABLE", "Shard");
        }
    }

    private static void assertPartial(JsonNode answer) {
        assertThat(answer.at("/shards/total").asInt()).isEqualTo(2);
        assertThat(answer.at("/shards/answered").asInt()).isEqualTo(1);
        assertThat(answer.path("hits")).hasSize(1);
    }

    @Test
    void shard_slow_is503OrPartial(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            String path = running.collection("slow");
            CountDownLatch gate = running.job.hold(0);
            running.client
                    .post(path + "/search", "{'vector':[0,0,0],'timeout_ms':100}")
                    .expectProblem(503, "UNAVAILABLE", "Shard 0 at");
            JsonNode partial =
                    running.client
                            .post(
                                    path + "/search",
                                    "{'vector':[0,0,0],'timeout_ms':1000,'allow_partial':true}")
                            .expect(200)
                            .json();
            assertThat(partial.at("/shards/answered").asInt()).isEqualTo(1);
            gate.countDown();
        }
    }

    /** Each of the steps of such a search would wait for the shard as long as it may. */
    @Test
    void shard_silent_partialAnswersOfSearchesInSteps(SharedBroker.Running broker)
            throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            String path = running.collection("silent");
            running.client
                    .post(
                            path + "/points?wait=true",
                            "{'points':[{'id':'a','vector':[0,0,1],'text':'red'},"
                                    + "{'id':'b','vector':[0,1,0],'text':'red'},"
                                    + "{'id':'c','vector':[1,0,0],'text':'red'},"
                                    + "{'id':'d','vector':[1,0,1],'text':'red'}]}")
                    .expect(200);
            CountDownLatch gate = running.job.silence(0);
            try {
                for (String search :
                        new String[] {
                            "/search {'vector':[0,0,0],'consistency':'strong'",
                            "/hybrid_search {'vector':[0,0,0],'text':'red'",
                            "/hybrid_search {'text':'red','consistency':'strong'",
                        }) {
                    String[] parts = search.split(" ", 2);
                    running.client
                            .post(path + parts[0], parts[1] + ",'timeout_ms':1000}")
                            .expectProblem(503, "UNAVAILABLE", "Shard 0 at");
                    JsonNode partial =
                            running.client
                                    .post(
                                            path + parts[0],
                                            parts[1] + ",'timeout_ms':1600,'allow_partial':true}")
                                    .expect(200)
                                    .json();
                    assertThat(partial.at("/shards/answered").asInt()).as(search).isEqualTo(1);
                    assertThat(partial.path("hits")).as(search).isNotEmpty();
                }
            } finally {
                gate.countDown();
            }
            // What was not applied everywhere is not looked for everywhere.
            CountDownLatch behind = running.job.neverApplied(0);
            int before = running.job.searches(0);
            try {
                JsonNode partial =
                        running.client
                                .post(
                                        path + "/search",
                                        "{'vector':[0,0,0],'consistency':'strong','timeout_ms':1600,"
                                                + "'allow_partial':true}")
                                .expect(200)
                                .json();
                assertThat(partial.at("/shards/answered").asInt()).isEqualTo(1);
                assertThat(running.job.searches(0)).isEqualTo(before);
            } finally {
                behind.countDown();
            }
        }
    }

    @Test
    void requests_moreThanTheLimit_are429(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running = new RunningGateway(broker, Limits.DEFAULT.withInFlight(2))) {
            Client client = running.client;
            String path = running.collection("busy");
            CountDownLatch gate = running.job.hold(0);
            String search = SEARCH.replace('\'', '"');
            CompletableFuture<Client.Reply> one =
                    client.send("POST", path + "/search", search, "application/json");
            CompletableFuture<Client.Reply> two =
                    client.send("POST", path + "/search", search, "application/json");
            Await.until(
                    "both are under way",
                    () -> client.get("/metrics").text().contains("requests_in_flight 2.0"));

            client.post(path + "/search", SEARCH)
                    .expectProblem(429, "OVERLOADED", "as many requests as it takes");
            client.get("/health/live").expect(200);

            gate.countDown();
            one.get().expect(200);
            two.get().expect(200);
            client.post(path + "/search", SEARCH).expect(200);
        }
    }

    /** They wait for a shard, for longer than anybody else should for a thread. */
    @Test
    void chroma_requestsThatWait_keepNobodyElseWaiting(SharedBroker.Running broker)
            throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            Client client = running.client;
            String path = running.collection("beside");
            String records = chroma(client, "beside");
            CountDownLatch silence = running.job.silence(0);
            List<CompletableFuture<Client.Reply>> waiting = new ArrayList<>();
            try {
                for (int i = 0; i < CHROMA_MAX + 6; i++) {
                    waiting.add(client.send("POST", records + "/get", "{}", "application/json"));
                }
                Await.until(
                        "those are refused that are too many",
                        () -> waiting.stream().filter(CompletableFuture::isDone).count() == 6);
                String point = "{\"points\":[{\"id\":\"a\",\"vector\":[0,0,0]}]}";
                client.send("POST", path + "/points", point, "application/json")
                        .get(10, TimeUnit.SECONDS)
                        .expect(202);
            } finally {
                silence.countDown();
            }
            int refused = 0;
            for (CompletableFuture<Client.Reply> each : waiting) {
                Client.Reply reply = each.get();
                if (reply.status() == 429) {
                    assertThat(reply.json().path("error").asText()).isEqualTo("RateLimitError");
                    refused++;
                } else {
                    reply.expect(200);
                }
            }
            assertThat(refused).isEqualTo(6);
        }
    }

    @Test
    void chroma_whoHasGone_isWorkedForNoMore(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            Client client = running.client;
            running.collection("deserted");
            String records = chroma(client, "deserted");
            String add = "{\"ids\":[\"a\"],\"embeddings\":[[1,2,3]]}";
            CountDownLatch silence = running.job.silence(0);
            List<RawConnection> leaving = new ArrayList<>();
            try {
                for (int i = 0; i < CHROMA_MAX / 2; i++) {
                    RawConnection one = new RawConnection(running.gateway.port());
                    leaving.add(one);
                    String body = i % 2 == 0 ? "{}" : add;
                    one.send("POST " + records + (i % 2 == 0 ? "/get" : "/add"))
                            .send(" HTTP/1.1\nhost: a\ncontent-length: " + body.length() + "\n\n")
                            .sendExactly(body);
                }
                Await.until(
                        "all are under way",
                        () ->
                                client.get("/metrics")
                                        .text()
                                        .contains("requests_in_flight " + CHROMA_MAX / 2 + ".0"));
                for (RawConnection one : leaving) {
                    one.close();
                }
                client.send("GET", CHROMA, "", "application/json")
                        .get(10, TimeUnit.SECONDS)
                        .expect(200);
                Await.until(
                        "their places are free",
                        () -> client.get("/metrics").text().contains("requests_in_flight 0.0"));
            } finally {
                silence.countDown();
            }
            assertThat(client.get(records + "/count").expect(200).text()).isEqualTo("0");
        }
    }

    /** The path of a collection's records in Chroma's interface. */
    private static String chroma(Client client, String name) throws Exception {
        return CHROMA
                + "/"
                + client.get(CHROMA + "/" + name).expect(200).json().path("id").asText();
    }

    @Test
    void answers_largerThanTheLimit_are413BeforeTheyAreWritten(SharedBroker.Running broker)
            throws Exception {
        try (RunningGateway running =
                new RunningGateway(broker, Limits.DEFAULT.withAnswerBytes(2_000))) {
            Client client = running.client;
            String path = running.collection("bulky");
            StringBuilder points = new StringBuilder();
            for (int i = 0; i < 14; i++) {
                points.append(i == 0 ? "" : ",");
                points.append("{'id':'p" + i + "','vector':[0,1," + i + "],'text':'red'}");
            }
            client.post(path + "/points?wait=true", "{'points':[" + points + "]}").expect(200);
            String all = "'k':14,'vector':[0,0,0],'include':['id','distance'";
            String detail = "answer: found more than 2000 bytes";
            for (String route : List.of("/search", "/hybrid_search")) {
                client.post(path + route, "{" + all + ",'vector']}")
                        .expectProblem(413, "TOO_LARGE", detail);
                client.post(path + route, "{" + all + "]}").expect(200);
            }
            String scroll = "{'limit':14,'include':['id'";
            client.post(path + "/scroll", scroll + ",'vector']}")
                    .expectProblem(413, "TOO_LARGE", detail);
            client.post(path + "/scroll", scroll + "]}").expect(200);
            // Each alone is small enough.
            String few = "{'vector':[0,0,0],'k':5,'include':['id','vector']}";
            client.post(path + "/search/batch", "{'searches':[" + few + "," + few + "]}")
                    .expect(200);
            client.post(
                            path + "/search/batch",
                            "{'searches':[" + few + (',' + few).repeat(2) + "]}")
                    .expectProblem(413, "TOO_LARGE", detail);

            String records = chroma(client, "bulky");
            Client.Reply refused = client.post(records + "/get", "{'include':['embeddings']}");
            assertThat(refused.expect(400).json().path("message").asText()).contains(detail);
            client.post(records + "/get", "{'include':['embeddings'],'limit':9}").expect(200);
            client.post(records + "/get", "{'include':[]}").expect(200);
            String near = "'query_embeddings':[[0,0,0],[0,0,1]],'include':[";
            client.post(records + "/query", "{'n_results':7," + near + "]}").expect(200);
            client.post(records + "/query", "{'n_results':7," + near + "'embeddings']}")
                    .expect(400);
            Await.until(
                    "all places are free",
                    () -> client.get("/metrics").text().contains("requests_in_flight 0.0"));
        }
    }

    @Test
    void searches_thatFailOrAreLeft_giveTheirPlacesBack(SharedBroker.Running broker)
            throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            Client client = running.client;
            String path = running.collection("places");
            CountDownLatch gate = running.job.hold(0);
            String body = SEARCH.replace('\'', '"');
            try (RawConnection leaving = new RawConnection(running.gateway.port())) {
                leaving.send(
                        "POST "
                                + path
                                + "/search HTTP/1.1\nhost: a\ncontent-type: application/json\n"
                                + "content-length: "
                                + body.length()
                                + "\n\n"
                                + body);
                Await.until("it is under way", () -> searchesInFlight(client, 1));
            }
            Await.until("whoever left has its place no more", () -> searchesInFlight(client, 0));

            client.post(path + "/search", "{'vector':[0,0,0],'timeout_ms':100}").expect(503);
            assertThat(searchesInFlight(client, 0)).isTrue();

            gate.countDown();
            running.job.hide(1);
            client.post(path + "/search", SEARCH).expect(503);
            assertThat(searchesInFlight(client, 0)).isTrue();
            running.job.unhide();

            client.post(path + "/search", SEARCH).expect(200);
            client.post(path + "/search/batch", "{'searches':[" + SEARCH + "," + SEARCH + "]}")
                    .expect(200);
            assertThat(searchesInFlight(client, 0)).isTrue();
            assertThat(client.get("/metrics").text()).contains("omendb_searches_refused_total 0.0");
        }
    }

    private static boolean searchesInFlight(Client client, int count) throws Exception {
        return client.get("/metrics").text().contains("omendb_searches_in_flight " + count + ".0");
    }

    @Test
    void body_largerThanTheLimit_is413(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running =
                new RunningGateway(broker, Limits.DEFAULT.withBodyBytes(1000))) {
            String path = running.collection("narrow");
            running.client
                    .post(path + "/points", "{'points':[]}" + " ".repeat(2000))
                    .expectProblem(413, "TOO_LARGE", "more than 1000 bytes");
            running.client.post(path + "/points", "{'points':[]}").expect(202);
        }
    }

    @Test
    void routesAndMethods_unknown_areProblems(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            running.client
                    .get("/nothing/here")
                    .expectProblem(404, "NOT_FOUND", "GET /nothing/here is no route");
            running.client
                    .post("/collections", "{}")
                    .expectProblem(405, "METHOD_NOT_ALLOWED", "POST /collections");
        }
    }

    @Test
    void broker_away_is503AndSearchGoesOn(@TempDir Path directory) throws Exception {
        BrokerProcess broker = BrokerProcess.start(BrokerOptions.in(directory));
        try (RunningGateway running = new RunningGateway(new SharedBroker.Running(broker))) {
            Client client = running.client;
            String path = running.collection("lonely");
            String points = "{'points':[{'id':'a','vector':[0,0,0]}]}";
            client.post(path + "/points?wait=true", points).expect(200);
            broker.kill();

            assertThat(client.post(path + "/search", SEARCH).expect(200).json().path("hits"))
                    .hasSize(1);
            Await.until("not ready", () -> client.get("/health/ready").status() == 503);
            client.get("/health/ready").expectProblem(503, "UNAVAILABLE", "Kafka");
            client.post("/collections/unknown/search", SEARCH)
                    .expectProblem(503, "UNAVAILABLE", "Kafka did not answer");

            broker = BrokerProcess.start(BrokerOptions.in(directory));
            Await.until("ready", () -> client.get("/health/ready").status() == 200);
            client.post(path + "/points?wait=true", points).expect(200);
        } finally {
            broker.close();
        }
    }

    @Test
    void start_portInUse_saysSo(SharedBroker.Running broker) throws Exception {
        try (RunningGateway running = new RunningGateway(broker)) {
            GatewayOptions options =
                    GatewayOptions.of(broker.bootstrapServers()).withPort(running.gateway.port());
            assertThatThrownBy(() -> Gateway.start(options, running.job))
                    .isInstanceOfSatisfying(
                            OmenException.class,
                            e -> assertThat(e.code()).isEqualTo(ErrorCode.EXTERNAL))
                    .hasMessageContaining("127.0.0.1:" + running.gateway.port())
                    .hasMessageContaining("choose another port");
        }
    }

    @Test
    void close_endsEveryThread(SharedBroker.Running broker) throws Exception {
        RunningGateway running = new RunningGateway(broker);
        String path = running.collection("closing");
        running.client.post(path + "/search", SEARCH).expect(200);
        assertThat(gatewayThreads()).isNotEmpty();
        running.close();
        running.close();
        Await.until("no thread of a gateway is left", () -> gatewayThreads().isEmpty());
    }

    private static Set<String> gatewayThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("omen-"))
                .collect(Collectors.toSet());
    }
}
