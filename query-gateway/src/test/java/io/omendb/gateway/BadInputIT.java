package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.omendb.gateway.http.Limits;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What no client should send: each is answered with a problem document that says what is wrong,
 * nothing is written, and the gateway goes on.
 */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BadInputIT {
    private static final int HEADER_MS = 600;
    private static final int BODY_MS = 1_500;
    private static final List<String> PATHS =
            List.of(
                    "/points",
                    "/points/delete",
                    "/search",
                    "/search/batch",
                    "/hybrid_search",
                    "/count",
                    "/scroll");

    private RunningGateway running;
    private Client client;
    private String path;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker, Limits.DEFAULT.withReadMs(HEADER_MS, BODY_MS));
        client = running.client;
        path = running.collection("bad-input");
        client.post(path + "/points?wait=true", "{'points':[{'id':'only','vector':[1,2,3]}]}")
                .expect(200);
    }

    @AfterAll
    void stop() {
        running.close();
    }

    /** Whatever was sent, the one point is still the only one, and the gateway is well. */
    @AfterEach
    void nothingWasWritten_andTheGatewayIsWell() throws Exception {
        client.get("/health/live").expect(200);
        assertThat(
                        client.post(path + "/count", "{'consistency':'strong'}")
                                .expect(200)
                                .json()
                                .path("count")
                                .asInt())
                .isEqualTo(1);
    }

    static Stream<String> paths() {
        return PATHS.stream();
    }

    @ParameterizedTest
    @MethodSource("paths")
    void body_thatIsNoJson_is400(String route) throws Exception {
        for (String body :
                List.of("{", "nonsense", "{'a':1}}", "{'a' 1}", "{'filters':{'a':", "\0")) {
            client.post(path + route, body).expectProblem(400, "MALFORMED", ": found");
        }
        byte[] notUtf8 = {'{', '"', (byte) 0xff, (byte) 0xfe, '"', ':', '1', '}'};
        Client.reply(client.bytes("POST", path + route, notUtf8))
                .expectProblem(400, "MALFORMED", "found");
    }

    @ParameterizedTest
    @MethodSource("paths")
    void body_ofAnotherType_is400(String route) throws Exception {
        for (String body : List.of("[]", "7", "null", "'text'", "true", "[{}]")) {
            client.post(path + route, body).expectProblem(400, "MALFORMED", ": found");
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void body_withUnknownField_is400(String route) throws Exception {
        client.post(path + route, "{'surprise':1}")
                .expectProblem(400, "MALFORMED", "surprise: found an unknown field");
    }

    @Test
    void put_badSchemas_areRefused() throws Exception {
        for (String body : List.of("{", "[]", "null", "", "{'dimension':3,'metric':'l2','x':1}")) {
            client.put("/collections/never", body).expectProblem(400, "MALFORMED", "found");
        }
        for (String body :
                List.of(
                        "{'dimension':'3','metric':'l2'}",
                        "{'dimension':3.5,'metric':'l2'}",
                        "{'dimension':3,'metric':7}",
                        "{'dimension':3}",
                        "{'metric':'l2'}",
                        "{'dimension':0,'metric':'l2'}",
                        "{'dimension':-1,'metric':'l2'}",
                        "{'dimension':2147483647,'metric':'l2'}",
                        "{'dimension':3,'metric':'l3'}",
                        "{'dimension':3,'metric':'l2','partitions':0}",
                        "{'dimension':3,'metric':'l2','fields':{'a':'blob'}}",
                        "{'dimension':3,'metric':'l2','fields':[]}")) {
            assertClear(client.put("/collections/never", body));
        }
        for (String name : List.of("a b", "x".repeat(300), "..%2f..", "ä")) {
            assertClear(
                    client.put("/collections/" + encoded(name), "{'dimension':3,'metric':'l2'}"));
        }
        client.get("/collections/never").expectProblem(404, "NOT_FOUND", "never does not exist");
    }

    @Test
    void points_wrongTypes_areNamed() throws Exception {
        for (String point :
                List.of(
                        "7",
                        "null",
                        "[]",
                        "{}",
                        "{'id':'a'}",
                        "{'vector':[1,2,3]}",
                        "{'id':1,'vector':[1,2,3]}",
                        "{'id':null,'vector':[1,2,3]}",
                        "{'id':'a','vector':'1,2,3'}",
                        "{'id':'a','vector':[1,'2',3]}",
                        "{'id':'a','vector':[1,null,3]}",
                        "{'id':'a','vector':[[1,2,3]]}",
                        "{'id':'a','vector':{}}",
                        "{'id':'a','vector':[1,2,3],'metadata':[]}",
                        "{'id':'a','vector':[1,2,3],'metadata':'x'}",
                        "{'id':'a','vector':[1,2,3],'text':{}}",
                        "{'id':'a','vector':[1,2,3],'sparse':[]}",
                        "{'id':'a','vector':[1,2,3],'what':1}")) {
            client.post(path + "/points", "{'points':[{'id':'b','vector':[1,2,3]}," + point + "]}")
                    .expectProblem(400, "MALFORMED", "Nothing was written: points[1]: ");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "[1,2]",
                "[1,2,3,4]",
                "[1,2,NaN]",
                "[Infinity,2,3]",
                "[1,-Infinity,3]",
                "[1,2,1e39]",
                "[1,2,-1e400]"
            })
    void vectors_thatAreNone_are422(String vector) throws Exception {
        client.post(path + "/points", "{'points':[{'id':'a','vector':" + vector + "}]}")
                .expectProblem(422, "INVALID", "points[0]: vector");
        for (String route : List.of("/search", "/hybrid_search")) {
            Client.Reply reply = client.post(path + route, "{'vector':" + vector + "}");
            assertClear(reply);
            assertThat(reply.json().path("detail").asText()).contains("vector");
        }
        client.post(path + "/search/batch", "{'searches':[{'vector':" + vector + "}]}")
                .expectProblem(422, "INVALID", "searches[0].vector");
    }

    @Test
    void batch_empty_writesNothing() throws Exception {
        client.post(path + "/points", "{'points':[]}").expect(202);
        client.send("POST", path + "/points", "\n \n", "application/x-ndjson").get().expect(202);
        client.post(path + "/points/delete", "{'ids':[]}").expect(202);
        client.post(path + "/search/batch", "{'searches':[]}").expect(200);
    }

    @Test
    void batch_ofAHundredThousand_is413() throws Exception {
        String point = "{'id':'p','vector':[1,2,3]}";
        String many = "{'points':[" + (point + ",").repeat(99_999) + point + "]}";
        client.post(path + "/points", many)
                .expectProblem(413, "TOO_LARGE", "points: found more than 10000");
        String line = point.replace('\'', '"') + "\n";
        client.send("POST", path + "/points", line.repeat(100_000), "application/x-ndjson")
                .get()
                .expectProblem(413, "TOO_LARGE", "points: found more than 10000");
        client.post(path + "/points/delete", "{'ids':[" + "'x',".repeat(99_999) + "'x']}")
                .expectProblem(413, "TOO_LARGE", "ids: found more than 10000");
        String search = "{'vector':[1,2,3]}";
        client.post(
                        path + "/search/batch",
                        "{'searches':[" + (search + ",").repeat(1_000) + search + "]}")
                .expectProblem(413, "TOO_LARGE", "searches: found more than 1000");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 513, 10_000})
    void ids_ofTheWrongLength_are422(int bytes) throws Exception {
        String id = "i".repeat(bytes);
        client.post(path + "/points", "{'points':[{'id':'" + id + "','vector':[1,2,3]}]}")
                .expectProblem(422, "INVALID", "id: found " + bytes + " bytes");
        client.post(path + "/points/delete", "{'ids':['" + id + "']}")
                .expectProblem(422, "INVALID", "id: found " + bytes + " bytes");
        assertClear(client.delete(path + "/points/" + id));
        assertClear(client.get(path + "/points/" + id));
    }

    @ParameterizedTest
    @ValueSource(strings = {"x512", "日本語/ключ", "👩‍👩‍👧", "a b%2Fc?d#e", "\"quoted\\\"", "."})
    void ids_oddButValid_areTakenAndDeleted(String given) throws Exception {
        String id = given.equals("x512") ? "x".repeat(512) : given;
        String json = new com.fasterxml.jackson.databind.node.TextNode(id).toString();
        String body = "{\"points\":[{\"id\":" + json + ",\"vector\":[1,2,3]}]}";
        client.send("POST", path + "/points?wait=true", body, "application/json").get().expect(200);
        String own = path + "/points/" + encoded(id);
        assertThat(client.get(own).expect(200).json().path("id").asText()).isEqualTo(id);
        client.delete(own + "?wait=true").expect(200);
        client.get(own).expect(404);
    }

    /** Most clients encode semicolons, which a path may hold as they are. */
    @ParameterizedTest
    @ValueSource(strings = {"a;b", ";a", "a;", "only;v2", "only;v=1;w", "a%2Fb;c"})
    void ids_withRawSemicolons_areThemselves(String raw) throws Exception {
        String id = raw.replace("%2F", "/");
        String own = path + "/points/" + raw;
        client.get(own).expectProblem(404, "NOT_FOUND", "Point " + id + " does not exist");
        client.delete(own + "?wait=true").expect(200);
        client.post(path + "/points?wait=true", "{'points':[{'id':'" + id + "','vector':[1,2,3]}]}")
                .expect(200);
        assertThat(client.get(own).expect(200).json().path("id").asText()).isEqualTo(id);
        try (RawConnection connection = connect()) {
            connection.send("DELETE " + own + "?wait=true HTTP/1.1\nhost: x\n\n");
            assertThat(connection.answer()).startsWith("HTTP/1.1 200");
        }
        client.get(own).expect(404);
        client.get(path + "/points/only").expect(200);
    }

    @Test
    void paths_thatAreNotTheOneThatWasSent_areRefused() throws Exception {
        for (String sent :
                List.of(
                        path + "/points//only",
                        path + "//points/only",
                        "/" + path + "/points/only",
                        path + "/points///only?wait=true")) {
            client.delete(sent).expectProblem(400, "MALFORMED", "percent-encode");
            client.get(sent.replace("?wait=true", ""))
                    .expectProblem(400, "MALFORMED", "path: found " + sent.split("\\?")[0]);
        }
        client.delete("/" + path).expectProblem(400, "MALFORMED", "path: found /" + path);
        assertClear(client.delete(path + ";v2"));
        assertClear(client.get(path + ";v2/points/only"));
        client.get(path + "/points/only").expect(200);
        client.get(path + "/points/%2Fonly").expect(404);
        assertThat(client.get(path + "/points/only?include=//").json().path("detail").asText())
                .as("slashes behind the path are no part of it")
                .startsWith("include");
    }

    @Test
    void ids_withControlCharacters_areDeletedByTheList() throws Exception {
        client.post(path + "/points?wait=true", "{'points':[{'id':'\\n\\t','vector':[1,2,3]}]}")
                .expect(200);
        assertClear(client.get(path + "/points/%0A%09"));
        client.post(path + "/points/delete?wait=true", "{'ids':['\\n\\t']}").expect(200);
    }

    @Test
    void ids_withALoneSurrogate_are422() throws Exception {
        String body = "{\"points\":[{\"id\":\"a\\ud800\",\"vector\":[1,2,3]}]}";
        client.send("POST", path + "/points", body, "application/json")
                .get()
                .expectProblem(422, "INVALID", "id: found an unpaired surrogate");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "10001", "-1"})
    void k_outOfRange_is422(String k) throws Exception {
        String expected = "k: found " + k + ", expected 1 to 10000";
        String search = "{'vector':[1,2,3],'k':" + k + "}";
        client.post(path + "/search", search).expectProblem(422, "INVALID", expected);
        client.post(path + "/hybrid_search", search).expectProblem(422, "INVALID", expected);
        client.post(path + "/search/batch", "{'searches':[" + search + "]}")
                .expectProblem(422, "INVALID", "searches[0]." + expected);
        client.post(path + "/scroll", "{'limit':" + k + "}")
                .expectProblem(422, "INVALID", "limit: found " + k);
    }

    static Stream<Arguments> searchFields() {
        return Stream.of(
                Arguments.of("'k':'10'", "k: found"),
                Arguments.of("'k':99999999999", "k: found 99999999999, expected an integer"),
                Arguments.of("'k':1.5", "k: found 1.5, expected an integer"),
                Arguments.of("'filters':[]", "filters: found an array"),
                Arguments.of("'filters':'a'", "filters: found 'a'"),
                Arguments.of("'include':'id'", "include: found 'id'"),
                Arguments.of("'include':['x']", "include[0]: found 'x'"),
                Arguments.of("'exact':'yes'", "exact: found 'yes'"),
                Arguments.of("'recall_target':2", "recall_target: found 2"),
                Arguments.of("'recall_target':NaN", "recall_target: found NaN"),
                Arguments.of("'params':7", "params: found 7"),
                Arguments.of("'params':{'nprobe':'x'}", "params.nprobe: found 'x'"),
                Arguments.of("'params':{'ef':5}", "params.ef: found an unknown parameter"),
                Arguments.of("'filters':{'c':1,'c':2}", "filters: found a name twice"),
                Arguments.of(
                        "'k':1000000000000", "k: found 1000000000000, expected an integer from"),
                Arguments.of("'params':{'nprobe':Infinity}", "params.nprobe: found Infinity"),
                Arguments.of("'consistency':'never'", "consistency: found 'never'"),
                Arguments.of("'consistency':{'after':['x']}", "consistency.after[0]: found 'x'"),
                Arguments.of("'consistency':{'bounded_ms':-1}", "consistency.bounded_ms: found -1"),
                Arguments.of("'timeout_ms':0", "timeout_ms: found 0"),
                Arguments.of("'timeout_ms':60001", "timeout_ms: found 60001"),
                Arguments.of("'allow_partial':1", "allow_partial: found 1"));
    }

    @ParameterizedTest
    @MethodSource("searchFields")
    void search_wrongFields_areNamed(String field, String detail) throws Exception {
        String search = "{'vector':[1,2,3]," + field + "}";
        for (String route : List.of("/search", "/hybrid_search")) {
            Client.Reply reply = client.post(path + route, search);
            assertClear(reply);
            assertThat(reply.json().path("detail").asText()).startsWith(detail.replace('\'', '"'));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 900, 5_000, 200_000})
    void filters_nestedDeep_workOrAreRefused(int depth) throws Exception {
        String filter = "{'a':".repeat(depth) + "1" + "}".repeat(depth);
        String array = "{'$and':[".repeat(depth) + "{'a':1}" + "]}".repeat(depth);
        for (String filters : List.of(filter, array)) {
            String given = "'filters':" + filters + "}";
            for (Client.Reply reply :
                    List.of(
                            client.post(path + "/count", "{" + given),
                            client.post(path + "/search", "{'vector':[1,2,3]," + given),
                            client.post(path + "/scroll", "{" + given),
                            client.post(path + "/points/delete", "{" + given))) {
                if (reply.status() != 200 && reply.status() != 202) {
                    assertClear(reply);
                }
            }
        }
    }

    @Test
    void json_nestedDeep_isRefused() throws Exception {
        String deep = "[".repeat(100_000);
        for (String route : PATHS) {
            assertClear(client.post(path + route, deep));
        }
        assertClear(
                client.post(
                        path + "/points",
                        "{'points':[{'id':'a','vector':[1,2,3],'metadata':{'a':" + deep));
        assertClear(client.post(path + "/scroll", "{'cursor':'$$$'}"));
        assertClear(client.post(path + "/scroll", "{'cursor':7}"));
    }

    @Test
    void connection_halfClosedInABody_writesNothing() throws Exception {
        try (RawConnection raw = connect()) {
            raw.send("POST " + path + "/points HTTP/1.1\nhost: x\ncontent-length: 100\n\n{'points'")
                    .halfClose();
            assertThat(raw.ends()).isTrue();
        }
        try (RawConnection raw = connect()) {
            raw.send("POST " + path + "/points HT").halfClose();
            assertThat(raw.ends()).isTrue();
        }
    }

    @Test
    void connection_thatIsNoHttp_isEnded() throws Exception {
        for (String noise :
                List.of(
                        "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\n\n",
                        "GET\n\n",
                        "get / HTTP/9.9\nhost: x\n\n",
                        "GET / HTTP/1.1\nno colon\n\n",
                        "GET / HTTP/1.1\nhost: x\nx: " + "y".repeat(100_000) + "\n\n",
                        "GET /" + "y".repeat(100_000) + " HTTP/1.1\nhost: x\n\n",
                        "POST / HTTP/1.1\nhost: x\ncontent-length: -5\n\n",
                        "POST / HTTP/1.1\nhost: x\ncontent-length: x\n\n",
                        "POST / HTTP/1.1\nhost: x\ntransfer-encoding: chunked\n\nzz\n")) {
            try (RawConnection raw = connect()) {
                raw.send(noise);
                String answer = raw.answer();
                assertThat(answer).as(noise.length() > 60 ? "long" : noise).doesNotContain(" 500 ");
                if (!answer.isEmpty()) {
                    assertThat(answer).startsWith("HTTP/1.1 4").contains("\"code\":");
                }
            }
        }
    }

    @Test
    void head_aByteNowAndThen_isCutOff() throws Exception {
        long start = System.nanoTime();
        try (RawConnection raw = connect()) {
            raw.send("GET /health/live HTTP/1.1\nhost: x\nx: ");
            assertThat(dripUntilEnd(raw)).isTrue();
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                .isBetween((long) HEADER_MS - 50, HEADER_MS + 10_000L);
    }

    @Test
    void head_ofTheSecondRequest_isCutOffToo() throws Exception {
        try (RawConnection raw = connect()) {
            raw.send("GET /health/live HTTP/1.1\nhost: x\n\n");
            assertThat(raw.answer()).startsWith("HTTP/1.1 200");
            raw.send("GET /health/live HTTP/1.1\nhost: x\nx: ");
            assertThat(dripUntilEnd(raw)).isTrue();
        }
    }

    @Test
    void body_aByteNowAndThen_is408() throws Exception {
        try (RawConnection raw = connect()) {
            raw.send("POST " + path + "/points HTTP/1.1\nhost: x\ncontent-length: 100000\n\n{");
            String answer = raw.drip(" ", 50).answer();
            assertThat(answer)
                    .startsWith("HTTP/1.1 408")
                    .contains("\"code\":\"REQUEST_TIMEOUT\"")
                    .contains("body: found no end after " + BODY_MS + " ms");
            assertThat(raw.ends()).isTrue();
        }
        Await.until(
                "its place is free",
                () -> client.get("/metrics").text().contains("requests_in_flight 0.0"));
    }

    @Test
    void body_ofTenGigabytes_is413AtOnce() throws Exception {
        for (String route : PATHS) {
            try (RawConnection raw = connect()) {
                raw.send("POST " + path + route + " HTTP/1.1\nhost: x\ncontent-length: 10000000000")
                        .send("\n\n{");
                assertThat(raw.answer())
                        .startsWith("HTTP/1.1 413")
                        .contains("\"code\":\"TOO_LARGE\"");
                if (route.equals(PATHS.get(0))) {
                    assertThat(raw.ends()).isTrue(); // after some seconds, whatever the path
                }
            }
        }
    }

    @Test
    void requests_slowInGreatNumber_leaveRoomForOthers() throws Exception {
        RawConnection[] slow = new RawConnection[200];
        for (int i = 0; i < slow.length; i++) {
            slow[i] = connect();
            slow[i].send("POST " + path + "/search HTTP/1.1\nhost: x\n");
        }
        client.post(path + "/search", "{'vector':[1,2,3]}").expect(200);
        for (RawConnection raw : slow) {
            assertThat(raw.ends()).isTrue();
            raw.close();
        }
    }

    private boolean dripUntilEnd(RawConnection raw) throws Exception {
        raw.drip("y", 50);
        return raw.ends();
    }

    private RawConnection connect() throws Exception {
        return new RawConnection(running.gateway.port());
    }

    private static void assertClear(Client.Reply reply) {
        assertThat(reply.status()).as(reply.text()).isBetween(400, 499);
        assertThat(reply.type()).isEqualTo("application/problem+json");
        assertThat(reply.json().path("detail").asText()).isNotEmpty();
        assertThat(reply.json().path("code").asText()).isNotEmpty();
    }

    private static String encoded(String id) {
        return id.equals(".")
                ? "%2E"
                : URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
