package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.ErrorCode;
import io.omendb.OmenException;
import io.omendb.embed.Embedders;
import io.omendb.gateway.http.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Texts in, vectors out: collections with an embedder. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddingIT {
    private final LetterEmbedder letters = new LetterEmbedder();
    private RunningGateway running;
    private Client client;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running =
                new RunningGateway(
                        broker, Limits.DEFAULT, Embedders.of(Map.of("letters", letters)));
        client = running.client;
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @AfterEach
    void countAgain() {
        letters.instead = null;
        letters.calls.clear();
    }

    private String collection(String name, String metric) throws Exception {
        client.put(
                        "/collections/" + name,
                        "{'dimension':3,'metric':'" + metric + "','embedder':'letters'}")
                .expect(201);
        return "/collections/" + name;
    }

    private void write(String path, String points) throws Exception {
        client.post(path + "/points?wait=true", "{'points':[" + points + "]}").expect(200);
    }

    private long count(String path) throws Exception {
        return client.post(path + "/count", "{'consistency':'strong'}")
                .expect(200)
                .json()
                .path("count")
                .asLong(-1);
    }

    private static List<String> ids(JsonNode found) {
        List<String> ids = new ArrayList<>();
        found.path("hits").forEach(hit -> ids.add(hit.path("id").asText()));
        return ids;
    }

    @Test
    void create_namesAnEmbedderThatThereIs() throws Exception {
        String path = "/collections/e-create";
        client.put(path, "{'dimension':3,'metric':'l2','embedder':'words'}")
                .expectProblem(422, "INVALID", "embedder: found 'words', expected one of letters");
        client.put(path, "{'dimension':4,'metric':'l2','embedder':'letters'}")
                .expectProblem(
                        422,
                        "INVALID",
                        "dimension: found 4, expected 3, which is that of embedder letters");
        client.put(path, "{'dimension':3,'metric':'l2','embedder':[]}").expect(400);

        String good = "{'dimension':3,'metric':'l2','embedder':'letters'}";
        assertThat(client.put(path, good).expect(201).json().path("embedder").asText())
                .isEqualTo("letters");
        client.put(path, good).expect(200);
        client.put(path, "{'dimension':3,'metric':'l2'}").expect(409);
        assertThat(client.get(path).expect(200).json().path("embedder").asText())
                .isEqualTo("letters");
    }

    @Test
    void write_textsWithoutVectors_areEmbeddedTogether() throws Exception {
        String path = collection("e-write", "l2");
        write(
                path,
                "{'id':'1','text':'aab','metadata':{'n':1}},{'id':'2','vector':[7,8,9],'text':'abc'},"
                        + "{'id':'3','vector':null,'text':'cc'}");
        assertThat(letters.calls).containsExactly(List.of("aab", "cc"));
        JsonNode point = client.get(path + "/points/1").expect(200).json();
        assertThat(point.path("vector").toString()).isEqualTo("[2.0,1.0,0.0]");
        assertThat(point.path("text").asText()).isEqualTo("aab");
        assertThat(point.at("/metadata/n").asInt()).isEqualTo(1);
        assertThat(client.get(path + "/points/2").json().path("vector").toString())
                .isEqualTo("[7.0,8.0,9.0]");

        String lines = "{\"id\":\"4\",\"text\":\"b\"}\n{\"id\":\"5\",\"text\":\"bb\"}";
        JsonNode written =
                client.send("POST", path + "/points", lines, "application/x-ndjson")
                        .get()
                        .expect(202)
                        .json();
        assertThat(written.path("accepted").asInt()).isEqualTo(2);
        assertThat(written.path("tokens")).isNotEmpty();
        assertThat(count(path)).isEqualTo(5);
    }

    @Test
    void write_badOnes_areNamedAndNothingIsWritten() throws Exception {
        String path = collection("e-bad", "cosine");
        JsonNode malformed =
                client.post(
                                path + "/points",
                                "{'points':[{'id':'1','text':'a'},{'id':'2'},{'id':'3','vector':[]}]}")
                        .expectProblem(
                                400,
                                "MALFORMED",
                                "points[1]: vector: found nothing, expected an array of numbers, or"
                                        + " a text")
                        .json();
        assertThat(malformed.path("errors"))
                .extracting(error -> error.path("index").asInt())
                .containsExactly(1, 2);
        client.post(path + "/points", "{'points':[{'id':'1','text':'a'},{'id':'2','vector':[1]}]}")
                .expectProblem(422, "INVALID", "points[1]: vector: found 1 components");
        client.post(
                        path + "/points",
                        "{'points':[{'id':'1','vector':[1,1,1]},{'id':'2','text':' '}]}")
                .expectProblem(422, "INVALID", "points[1]: text: found no words");
        JsonNode every =
                client.post(
                                path + "/points",
                                "{'points':[{'id':'1','text':' '},{'id':'2'},{'id':'3','text':'a'},"
                                        + "{'id':'','text':'a'}]}")
                        .expectProblem(400, "MALFORMED", "points[0]: text: found no words")
                        .json();
        assertThat(every.path("errors"))
                .extracting(error -> error.path("index").asInt())
                .containsExactly(0, 1, 3);
        assertThat(letters.calls).isEmpty();
        client.post(
                        path + "/points",
                        "{'points':[{'id':'1','vector':[1,1,1]},{'id':'2','text':'xyz'}]}")
                .expectProblem(422, "INVALID", "points[1]: embedding of text: found a zero vector");
        assertThat(count(path)).isZero();

        String plain = running.collection("e-plain");
        client.post(plain + "/points", "{'points':[{'id':'1','text':'a'}]}")
                .expectProblem(400, "MALFORMED", "points[0]: vector: found nothing");
        client.post(plain + "/search", "{'text':'a'}")
                .expectProblem(422, "INVALID", "collection e-plain has no embedder");
    }

    @Test
    void search_byText_isByItsVector() throws Exception {
        String path = collection("e-search", "l2");
        write(path, "{'id':'a','text':'aaa'},{'id':'b','text':'bbb'},{'id':'c','text':'ccc'}");
        letters.calls.clear();

        assertThat(ids(client.post(path + "/search", "{'text':'bba','k':2}").expect(200).json()))
                .containsExactly("b", "a");
        client.post(path + "/search", "{'text':'bba','k':1}").expect(200);
        assertThat(letters.calls).as("asked once").containsExactly(List.of("bba"));

        JsonNode batch =
                client.post(
                                path + "/search/batch",
                                "{'searches':[{'text':'c','k':1},{'vector':[3,0,0],'k':1},"
                                        + "{'text':'bba','k':1},{'text':'cc','k':1}]}")
                        .expect(200)
                        .json();
        assertThat(batch.path("results"))
                .extracting(EmbeddingIT::ids)
                .containsExactly(List.of("c"), List.of("a"), List.of("b"), List.of("c"));
        assertThat(letters.calls).containsExactly(List.of("bba"), List.of("c", "cc"));

        client.post(path + "/search", "{'text':'a','vector':[1,2,3]}")
                .expectProblem(400, "MALFORMED", "text: found one beside a vector");
        client.post(path + "/search", "{'text':7}")
                .expectProblem(400, "MALFORMED", "text: found 7, expected a string");
        client.post(path + "/search", "{'text':''}")
                .expectProblem(422, "INVALID", "text: found no words");
        client.post(path + "/search/batch", "{'searches':[{'text':'a'},{'text':' '}]}")
                .expectProblem(422, "INVALID", "searches[1].text: found no words");
    }

    @Test
    void hybridSearch_textAlone_hasBothParts_unlessAlphaIsZero() throws Exception {
        String path = collection("e-hybrid", "l2");
        write(path, "{'id':'near','text':'aaab'},{'id':'words','text':'aab ccc'}");
        letters.calls.clear();

        JsonNode both = client.post(path + "/hybrid_search", "{'text':'aab'}").expect(200).json();
        assertThat(both.at("/hits/0/scores").fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder("dense", "text");
        assertThat(letters.calls).containsExactly(List.of("aab"));

        letters.calls.clear();
        JsonNode text =
                client.post(path + "/hybrid_search", "{'text':'aab c','alpha':0}")
                        .expect(200)
                        .json();
        assertThat(text.path("hits"))
                .allSatisfy(hit -> assertThat(hit.path("scores").has("dense")).isFalse());
        client.post(path + "/hybrid_search", "{'text':'b','vector':[1,1,1]}").expect(200);
        assertThat(letters.calls).isEmpty();

        String plain = running.collection("e-hybrid-plain");
        write(plain, "{'id':'1','vector':[1,2,3],'text':'aab'}");
        JsonNode ever = client.post(plain + "/hybrid_search", "{'text':'aab'}").expect(200).json();
        assertThat(ever.at("/hits/0/scores").fieldNames()).toIterable().containsExactly("text");
    }

    @Test
    void embedder_thatFails_isAnErrorAndNothingIsWritten() throws Exception {
        String path = collection("e-fails", "l2");
        String points = "{'points':[{'id':'1','vector':[1,1,1]},{'id':'2','text':'a'}]}";

        letters.instead =
                texts ->
                        CompletableFuture.failedFuture(
                                new OmenException(
                                        ErrorCode.UNAVAILABLE, "Embedder letters is off"));
        client.post(path + "/points", points)
                .expectProblem(503, "UNAVAILABLE", "Embedder letters is off");
        client.post(path + "/search", "{'text':'f'}")
                .expectProblem(503, "UNAVAILABLE", "Embedder letters is off");
        letters.instead =
                texts -> CompletableFuture.failedFuture(new IllegalStateException("key=secret"));
        String detail =
                client.post(path + "/points", points)
                        .expectProblem(503, "UNAVAILABLE", "failed (IllegalStateException)")
                        .text();
        assertThat(detail).doesNotContain("secret");
        letters.instead =
                texts ->
                        CompletableFuture.failedFuture(
                                new OmenException(ErrorCode.OVERLOADED, "too much"));
        client.post(path + "/points", points).expectProblem(429, "OVERLOADED", "too much");
        letters.instead = texts -> CompletableFuture.completedFuture(List.of());
        client.post(path + "/points", points)
                .expectProblem(503, "UNAVAILABLE", "gave 0 vectors for 1 texts");
        letters.instead = texts -> CompletableFuture.completedFuture(List.of(new float[2]));
        client.post(path + "/points", points)
                .expectProblem(503, "UNAVAILABLE", "gave a vector of 2 components");
        letters.instead =
                texts -> CompletableFuture.completedFuture(List.of(new float[] {1, Float.NaN, 1}));
        client.post(path + "/points", points)
                .expectProblem(503, "UNAVAILABLE", "gave a vector with a component NaN");
        letters.instead =
                texts -> {
                    throw new IllegalStateException("at once");
                };
        client.post(path + "/points", points).expect(503);
        assertThat(count(path)).isZero();
    }

    @Test
    void embedder_thatTakesLong_countsAgainstTheTimeout_andIsStopped() throws Exception {
        String path = collection("e-late", "l2");
        List<CompletableFuture<List<float[]>>> held = new ArrayList<>();
        letters.instead =
                texts -> {
                    held.add(new CompletableFuture<>());
                    return held.get(held.size() - 1);
                };
        client.post(path + "/search", "{'text':'late','timeout_ms':50}")
                .expectProblem(
                        504,
                        "TIMEOUT",
                        "Embedder letters was not done within the 50 ms of the request");
        client.post(path + "/points?timeout_ms=50", "{'points':[{'id':'1','text':'late'}]}")
                .expectProblem(504, "TIMEOUT", "Embedder letters was not done within the 50 ms");
        assertThat(held).hasSize(2).allMatch(CompletableFuture::isCancelled);
        assertThat(count(path)).isZero();
    }

    @Test
    void write_vectorsOfMoreBytesThanTheLimit_areRefused_butOneRequestMayBeLarge(
            SharedBroker.Running broker) throws Exception {
        String path = collection("e-room", "l2");
        Limits limits = Limits.DEFAULT.withInFlightBytes(300);
        GatewayOptions options =
                GatewayOptions.of(broker.bootstrapServers())
                        .withPort(0)
                        .withLimits(limits)
                        .withEmbedders(Embedders.of(Map.of("letters", letters)));
        CompletableFuture<List<float[]>> held = new CompletableFuture<>();
        letters.instead = texts -> held;
        try (Gateway small = Gateway.start(options, running.job)) {
            Client there = new Client(small.port());
            String ten = "{\"id\":\"1\",\"text\":\"a\"}\n".repeat(10);
            CompletableFuture<Client.Reply> first =
                    there.send("POST", path + "/points", ten, "application/x-ndjson");
            Await.until("the first is under way", () -> letters.calls.size() == 1);
            there.post(path + "/points", "{'points':[{'id':'2','text':'a'}]}")
                    .expectProblem(429, "OVERLOADED", "of vectors made of texts");
            held.complete(LetterEmbedder.count(Collections.nCopies(10, "a")));
            first.get(30, TimeUnit.SECONDS).expect(202);
            letters.instead = null;
            there.post(path + "/points", "{'points':[{'id':'2','text':'a'}]}").expect(202);
        }
    }

    @Test
    void gateway_withoutTheEmbedder_doesEverythingElse(SharedBroker.Running broker)
            throws Exception {
        String path = collection("e-other", "l2");
        write(path, "{'id':'1','text':'abc'}");
        GatewayOptions options = GatewayOptions.of(broker.bootstrapServers()).withPort(0);
        try (Gateway other = Gateway.start(options, running.job)) {
            Client there = new Client(other.port());
            String missing =
                    "Collection e-other has the embedder letters, which the configuration of this"
                            + " gateway does not have";
            there.post(path + "/points", "{'points':[{'id':'2','text':'a'}]}")
                    .expectProblem(503, "UNAVAILABLE", missing);
            there.post(path + "/search", "{'text':'a'}").expectProblem(503, "UNAVAILABLE", missing);
            there.post(path + "/hybrid_search", "{'text':'a'}")
                    .expectProblem(503, "UNAVAILABLE", missing);

            there.post(path + "/hybrid_search", "{'text':'a','alpha':0,'consistency':'strong'}")
                    .expect(200);
            there.post(path + "/points?wait=true", "{'points':[{'id':'3','vector':[1,2,3]}]}")
                    .expect(200);
            assertThat(ids(there.post(path + "/search", "{'vector':[1,1,1]}").expect(200).json()))
                    .containsExactly("1", "3");
        }
    }
}
