package io.omendb.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.Zstd;
import io.omendb.gateway.http.Limits;
import io.omendb.record.arrow.ArrowPointWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.apache.logging.log4j.Level;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Bodies and connections, whatever they carry. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpIT {
    private static final String ARROW = "application/vnd.apache.arrow.stream";
    private static final String POINT = "{\"points\":[{\"id\":\"a\",\"vector\":[1,2,3]}]}";
    private static final int BODY_BYTES = 4 << 20;

    private RunningGateway running;
    private Client client;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker, Limits.DEFAULT.withBodyBytes(BODY_BYTES));
        client = running.client;
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @Test
    void arrow_points_areWrittenLikeAnyOther() throws Exception {
        String path = "/collections/h-arrow";
        client.put(path, "{'dimension':3,'metric':'l2','fields':{'n':'long'}}").expect(201);
        byte[] stream;
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            for (int i = 0; i < 500; i++) {
                JsonNode metadata = new ObjectMapper().createObjectNode().put("n", i);
                assertThat(
                                writer.add(
                                        utf8("ä" + i),
                                        new float[] {0, 1, i},
                                        i % 2 == 0 ? metadata.deepCopy() : null,
                                        i == 7 ? utf8("seven") : null))
                        .isTrue();
            }
            stream = writer.finish();
        }

        Client.Reply written = post(path + "/points?wait=true", stream, "content-type", ARROW);

        assertThat(written.expect(200).json().path("accepted").asInt()).isEqualTo(500);
        assertThat(client.get(path + "/points/%C3%A48").expect(200).text())
                .isEqualTo("{\"id\":\"ä8\",\"metadata\":{\"n\":8},\"vector\":[0.0,1.0,8.0]}");
        assertThat(client.get(path + "/points/%C3%A47").expect(200).text())
                .contains("\"metadata\":{},\"text\":\"seven\"");
        assertThat(count(path)).isEqualTo(500);
    }

    @Test
    void arrow_badRows_areNamedAndNothingIsWritten() throws Exception {
        String path = running.collection("h-arrow-bad");
        byte[] stream;
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            for (int i = 0; i < 100; i++) {
                float z = i == 40 ? Float.NaN : i == 60 ? Float.POSITIVE_INFINITY : i;
                byte[] id = utf8(i == 50 ? "x".repeat(513) : "p" + i);
                writer.add(id, new float[] {0, 1, z}, null, null);
            }
            stream = writer.finish();
        }

        JsonNode refused =
                post(path + "/points", stream, "content-type", ARROW)
                        .expectProblem(422, "INVALID", "points[40]: vector[2]: found NaN")
                        .json();

        assertThat(refused.path("errors"))
                .extracting(error -> error.path("index").asInt())
                .containsExactly(40, 50, 60);
        assertThat(refused.at("/errors/1/detail").asText()).startsWith("id: found 513 bytes");
        post(path + "/points", utf8("no arrow"), "content-type", ARROW)
                .expectProblem(400, "MALFORMED", "arrow: found");
        post(path + "/points", new byte[0], "content-type", ARROW)
                .expectProblem(400, "MALFORMED", "arrow: found");
        assertThat(count(path)).isZero();
    }

    @Test
    void arrow_moreRowsThanABatch_is413() throws Exception {
        String path = running.collection("h-arrow-many");
        try (ArrowPointWriter writer = new ArrowPointWriter(3)) {
            for (int i = 0; i < 10_001; i++) {
                writer.add(utf8("p" + i), new float[] {0, 1, i}, null, null);
            }
            post(path + "/points", writer.finish(), "content-type", ARROW)
                    .expectProblem(413, "TOO_LARGE", "points: found more than 10000");
        }
        assertThat(count(path)).isZero();
    }

    @Test
    void body_compressed_isRead() throws Exception {
        String path = running.collection("h-packed");
        post(path + "/points?wait=true", gzip(utf8(POINT)), "content-encoding", "gzip").expect(200);
        assertThat(count(path)).isEqualTo(1);
        byte[] other = utf8(POINT.replace("\"a\"", "\"b\""));
        post(path + "/points?wait=true", Zstd.compress(other), "content-encoding", "zstd")
                .expect(200);
        assertThat(count(path)).isEqualTo(2);
    }

    @Test
    void body_thatIsNotWhatItSays_is400Or415() throws Exception {
        String path = running.collection("h-unpacked");
        byte[] packed = gzip(utf8(POINT.repeat(20)));
        byte[] cut = java.util.Arrays.copyOf(packed, packed.length - 9);
        for (String coding : List.of("gzip", "zstd")) {
            post(path + "/points", utf8(POINT), "content-encoding", coding)
                    .expectProblem(400, "MALFORMED", "found bytes that are not " + coding);
        }
        post(path + "/points", cut, "content-encoding", "gzip")
                .expectProblem(400, "MALFORMED", "found bytes that are not gzip");
        post(path + "/points", utf8(POINT), "content-encoding", "br")
                .expectProblem(415, "UNSUPPORTED_MEDIA_TYPE", "content-encoding: found 'br'");
        assertThat(count(path)).isZero();
    }

    @Test
    void body_decompressionBomb_is413() throws Exception {
        String path = running.collection("h-bomb");
        ByteArrayOutputStream bomb = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bomb)) {
            byte[] blanks = new byte[1 << 20];
            for (int i = 0; i < 100; i++) {
                out.write(blanks);
            }
        }
        assertThat(bomb.size()).isLessThan(BODY_BYTES);
        String expected = "body: found more than " + BODY_BYTES + " bytes once decompressed";
        post(path + "/points", bomb.toByteArray(), "content-encoding", "gzip")
                .expectProblem(413, "TOO_LARGE", expected);
        post(path + "/search", Zstd.compress(new byte[100 << 20], 3), "content-encoding", "zstd")
                .expectProblem(413, "TOO_LARGE", expected);
        assertThat(count(path)).isZero();
    }

    @Test
    void answer_large_isCompressedWhereThatIsAccepted() throws Exception {
        String path = running.collection("h-large");
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            points.append(i == 0 ? "" : ",").append("{'id':'p" + i + "','vector':[1,2," + i + "]}");
        }
        client.post(path + "/points?wait=true", "{'points':[" + points + "]}").expect(200);
        byte[] search = utf8("{\"vector\":[1,2,3],\"k\":500}");

        HttpResponse<byte[]> packed =
                client.bytes("POST", path + "/search", search, "accept-encoding", "gzip, br");
        HttpResponse<byte[]> plain = client.bytes("POST", path + "/search", search);
        HttpResponse<byte[]> small =
                client.bytes(
                        "POST",
                        path + "/search",
                        utf8("{\"vector\":[1,2,3],\"k\":5}"),
                        "accept-encoding",
                        "gzip");

        assertThat(packed.headers().firstValue("content-encoding")).hasValue("gzip");
        assertThat(packed.headers().firstValue("vary")).hasValue("accept-encoding");
        byte[] unpacked =
                new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes();
        assertThat(new ObjectMapper().readTree(unpacked).path("hits")).hasSize(500);
        assertThat(packed.body().length).isLessThan(unpacked.length / 2);
        assertThat(plain.headers().firstValue("content-encoding")).isEmpty();
        assertThat(small.headers().firstValue("content-encoding")).isEmpty();
    }

    /** A browser sends such requests for any page, with a body that needs no permission. */
    @Test
    void pageOfAnotherSite_mayNotUseTheGateway_butLinkToIt() throws Exception {
        String path = running.collection("h-site");
        byte[] points = "{\"points\":[{\"id\":\"a\",\"vector\":[1,2,3]}]}".getBytes(UTF_8);
        for (String site : new String[] {"same-origin", "same-site", "none"}) {
            post(path + "/points", points, "sec-fetch-site", site).expect(202);
        }
        String own = "http://127.0.0.1:" + running.gateway.port();
        post(path + "/points", points, "origin", own).expect(202);
        for (String foreign : new String[] {"http://evil.example", "null", own + "0"}) {
            post(path + "/points", points, "origin", foreign)
                    .expectProblem(403, "FORBIDDEN", "page of another site");
        }
        for (String write : new String[] {"/points", "/points/delete"}) {
            post(
                            path + write,
                            points,
                            "content-type",
                            "text/plain",
                            "sec-fetch-site",
                            "cross-site",
                            "sec-fetch-mode",
                            "no-cors")
                    .expectProblem(403, "FORBIDDEN", "page of another site");
        }
        try (RawConnection link = new RawConnection(running.gateway.port())) {
            link.send(
                    "GET / HTTP/1.1\nhost: a\nsec-fetch-site: cross-site\nsec-fetch-mode: navigate\n\n");
            assertThat(link.answer()).startsWith("HTTP/1.1 200");
        }
    }

    /** A page whose name leads here now is one of the gateway's own to the browser. */
    @Test
    void hostOfAnotherSite_onAGatewayOfThisMachine_isRefused() throws Exception {
        String path = running.collection("h-rebound");
        for (String host :
                new String[] {
                    "localhost",
                    "LOCALHOST:8080",
                    "a.localhost",
                    "127.0.0.1:1",
                    "[::1]:8080",
                    "gateway:8080",
                    "host.docker.internal:8080",
                    "localhost."
                }) {
            assertThat(status(path, host)).as(host).isEqualTo("200");
        }
        for (String host :
                new String[] {"evil.example", "evil.example:8080", "127.0.0.1.evil.example"}) {
            assertThat(status(path, host)).as(host).isEqualTo("403");
        }
    }

    private String status(String path, String host) throws Exception {
        try (RawConnection connection = new RawConnection(running.gateway.port())) {
            connection.send("GET " + path + " HTTP/1.1\nhost: " + host + "\n\n");
            return connection.answer().split(" ")[1];
        }
    }

    /** Nothing bounds how many of these are answered at a time. */
    @Test
    void probe_withABody_isRefusedUnread() throws Exception {
        try (RawConnection probe = new RawConnection(running.gateway.port())) {
            probe.send("GET /health/live HTTP/1.1\nhost: a\ncontent-length: 1000000\n\n");
            assertThat(probe.answer()).startsWith("HTTP/1.1 400").contains("body: found one");
        }
        try (RawConnection probe = new RawConnection(running.gateway.port())) {
            probe.send("GET /health/live HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n0\n\n");
            assertThat(probe.answer()).startsWith("HTTP/1.1 200");
        }
        try (RawConnection probe = new RawConnection(running.gateway.port())) {
            probe.send("GET /health/live HTTP/1.1\nhost: a\ntransfer-encoding: chunked\n\n1000\n");
            probe.send("x".repeat(4_096) + "\n0\n\n");
            assertThat(probe.answer()).startsWith("HTTP/1.1 413");
        }
    }

    @Test
    void http2_withoutTls_isSpoken() throws Exception {
        HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build();
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create("http://127.0.0.1:" + running.gateway.port() + "/"))
                        .build();
        assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).version())
                .isEqualTo(HttpClient.Version.HTTP_2);
    }

    @Test
    void connection_isKeptForTheNextRequest() throws Exception {
        try (RawConnection raw = new RawConnection(running.gateway.port())) {
            for (int i = 0; i < 3; i++) {
                raw.send("GET /health/live HTTP/1.1\nhost: x\n\n");
                assertThat(raw.answer()).startsWith("HTTP/1.1 200 OK").contains("live");
            }
        }
    }

    @Test
    void requestId_isRepeatedOrMade() throws Exception {
        HttpResponse<byte[]> named =
                client.bytes("GET", "/nowhere", new byte[0], "x-request-id", "trace-7:1");
        assertThat(named.headers().firstValue("x-request-id")).hasValue("trace-7:1");
        assertThat(Client.reply(named).expect(404).json().path("request_id").asText())
                .isEqualTo("trace-7:1");

        HttpResponse<byte[]> strange =
                client.bytes("GET", "/collections", new byte[0], "x-request-id", "a\"b {}");
        assertThat(strange.headers().firstValue("x-request-id").orElseThrow())
                .matches("[0-9a-f]{16}");
        HttpResponse<byte[]> unnamed = client.bytes("GET", "/collections/none", new byte[0]);
        assertThat(Client.reply(unnamed).expect(404).json().path("request_id").asText())
                .isEqualTo(unnamed.headers().firstValue("x-request-id").orElseThrow());
    }

    @Test
    void accessLog_atInfo_hasALineARequest() throws Exception {
        JsonNode line;
        try (LogLines lines = LogLines.open(Level.WARN);
                RawConnection raw = new RawConnection(running.gateway.port())) {
            // A request's line follows its answer, but comes before the connection's next answer.
            for (String id : List.of("quiet", "next")) {
                raw.send(
                        "GET /collections?quiet=1 HTTP/1.1\nhost: x\nx-request-id: " + id + "\n\n");
                assertThat(raw.answer()).startsWith("HTTP/1.1 400");
            }
            lines.level(Level.INFO);
            client.bytes("GET", "/collections?loud=1", new byte[0], "x-request-id", "loud");
            Await.until("the line is there", () -> lines.of("loud").isPresent());
            line = lines.of("loud").orElseThrow();
            assertThat(lines.of("quiet")).isEmpty();
        }
        assertThat(line.path("method").asText()).isEqualTo("GET");
        assertThat(line.path("path").asText()).isEqualTo("/collections?loud=1");
        assertThat(line.path("status").asInt()).isEqualTo(400);
        assertThat(line.path("client").asText()).isEqualTo("127.0.0.1");
        assertThat(line.path("protocol").asText()).isEqualTo("h1c");
        assertThat(line.path("response_bytes").asInt()).isPositive();
        assertThat(line.path("took_ms").asDouble()).isPositive();
        assertThat(line.path("time").asText()).endsWith("Z");
    }

    @Test
    void search_whoseClientHasGone_asksNoFurther() throws Exception {
        String path = running.collection("h-gone");
        String query = "{\"vector\":[1,2,3]}";
        String batch = "{\"searches\":[" + query + ("," + query).repeat(99) + "]}";
        CountDownLatch gate = running.job.hold(0);
        try {
            int cancelled = running.job.cancelled(0);
            int asked = running.job.searches(0);
            try (RawConnection raw = new RawConnection(running.gateway.port())) {
                raw.send("POST " + path + "/search/batch HTTP/1.1\nhost: x\ncontent-length: ");
                raw.send(batch.length() + "\n\n").sendExactly(batch);
                Await.until("some are under way", () -> running.job.searches(0) - asked >= 8);
            }
            Await.until("they are cancelled", () -> running.job.cancelled(0) - cancelled >= 8);
            Await.until(
                    "the request has ended",
                    () -> client.get("/metrics").text().contains("requests_in_flight 0.0"));
            assertThat(running.job.searches(0) - asked).isEqualTo(8);
        } finally {
            gate.countDown();
        }
        client.post(path + "/search", "{'vector':[1,2,3]}").expect(200);
    }

    /** It is in the gateway's memory until the last of it is sent. */
    @Test
    void answer_ofASlowReader_hasItsPlaceUntilItIsSent() throws Exception {
        String path = running.collection("h-unread");
        String text = "x".repeat(900_000);
        StringBuilder points = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            points.append(i == 0 ? "" : ",");
            points.append("{'id':'p" + i + "','vector':[0,0," + i + "],'text':'" + text + "'}");
        }
        client.post(path + "/points?wait=true", "{'points':[" + points + "]}").expect(200);
        String query = "{\"vector\":[1,2,3]}";
        String batch = "{\"searches\":[" + query + ("," + query).repeat(13) + "]}";
        String answered = "route=\"/collections/{c}/search/batch\",status=\"200\"";
        assertThat(client.get("/metrics").text()).doesNotContain(answered);
        try (RawConnection slow = new RawConnection(running.gateway.port())) {
            slow.send("POST " + path + "/search/batch HTTP/1.1\nhost: x\ncontent-length: ");
            slow.send(batch.length() + "\n\n").sendExactly(batch);
            Await.until("it is answered", () -> client.get("/metrics").text().contains(answered));
            assertThat(client.get("/metrics").text()).contains("requests_in_flight 1.0");
        }
        Await.until(
                "whoever left has its place no more",
                () -> client.get("/metrics").text().contains("requests_in_flight 0.0"));
        // Whoever stays and does not read keeps it for a while only, over HTTP/2 as well.
        try (RunningGateway hasty =
                new RunningGateway(running.broker, Limits.DEFAULT.withBodyMs(1_000))) {
            Await.until(
                    "its shards have the points",
                    () -> hasty.client.post(path + "/count", "{}").text().contains("\"count\":3"));
            try (RawConnection slow = new RawConnection(hasty.gateway.port())) {
                slow.send("POST " + path + "/search/batch HTTP/1.1\nhost: x\ncontent-length: ");
                slow.send(batch.length() + "\n\n").sendExactly(batch);
                awaitCutOff(hasty, answered);
            }
            HttpResponse<InputStream> unread =
                    HttpClient.newHttpClient()
                            .send(
                                    HttpRequest.newBuilder(
                                                    URI.create(
                                                            "http://127.0.0.1:"
                                                                    + hasty.gateway.port()
                                                                    + path
                                                                    + "/search/batch"))
                                            .POST(HttpRequest.BodyPublishers.ofString(batch))
                                            .build(),
                                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(unread.version()).isEqualTo(HttpClient.Version.HTTP_2);
            awaitCutOff(hasty, answered);
            unread.body().close();
        }
    }

    private static void awaitCutOff(RunningGateway gateway, String answered) throws Exception {
        Await.until(
                "it is answered", () -> gateway.client.get("/metrics").text().contains(answered));
        Await.until(
                "whoever does not read is cut off",
                () -> gateway.client.get("/metrics").text().contains("requests_in_flight 0.0"));
    }

    private long count(String path) throws Exception {
        return client.post(path + "/count", "{'consistency':'strong'}")
                .expect(200)
                .json()
                .path("count")
                .asLong(-1);
    }

    private Client.Reply post(String path, byte[] body, String... headers) throws Exception {
        return Client.reply(client.bytes("POST", path, body, headers));
    }

    private static byte[] gzip(byte[] bytes) throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(packed)) {
            out.write(bytes);
        }
        return packed.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
