package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.grpc.ManagedChannel;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.omendb.client.OmenClient;
import io.omendb.client.OmenCollection;
import io.omendb.client.point.WriteOptions;
import io.omendb.embed.Embedders;
import io.omendb.gateway.http.Limits;
import io.omendb.v1.PatchRequest;
import io.omendb.v1.PatchResponse;
import io.omendb.v1.PointPatch;
import io.omendb.v1.WriteServiceGrpc;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Changes of points, over HTTP, gRPC and the Java client, before real shards. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PatchIT {
    private final LetterEmbedder letters = new LetterEmbedder();
    private RealGateway running;
    private Client client;
    private ManagedChannel channel;

    @BeforeAll
    void start(SharedBroker.Running broker) {
        running = new RealGateway(broker, Limits.DEFAULT, Embedders.of(Map.of("letters", letters)));
        client = running.client;
        channel =
                NettyChannelBuilder.forAddress("127.0.0.1", running.gateway.grpcPort())
                        .usePlaintext()
                        .build();
    }

    @AfterAll
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        running.close();
    }

    private String collection(String name, String more) throws Exception {
        client.put(
                        "/collections/" + name,
                        "{'dimension':3,'metric':'cosine','fields':{'price':'double','tags':'keyword[]'}"
                                + more
                                + "}")
                .expect(201);
        return "/collections/" + name;
    }

    private JsonNode point(String path, String id) throws Exception {
        return client.get(path + "/points/" + id).expect(200).json();
    }

    private long count(String path, String filters) throws Exception {
        return client.post(path + "/count", "{'filters':" + filters + ",'consistency':'strong'}")
                .expect(200)
                .json()
                .path("count")
                .asLong(-1);
    }

    @Test
    void patch_ofOnePoint_changesWhatItNames_andFiltersSeeIt() throws Exception {
        String path = collection("p-one", "");
        client.post(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','vector':[3,1,2],'metadata':{'price':10,'tags':['x'],"
                                + "'maker':{'name':'m','town':'t'}},'text':'a red shoe'}]}")
                .expect(200);
        JsonNode before = point(path, "a");

        client.patch(
                        path + "/points/a?wait=true",
                        "{'metadata':{'price':7.5,'tags':null,'maker':{'town':null,'since':1990}}}")
                .expect(200);

        JsonNode after = point(path, "a");
        assertThat(after.path("metadata"))
                .hasToString("{\"price\":7.5,\"maker\":{\"name\":\"m\",\"since\":1990}}");
        assertThat(after.path("vector")).isEqualTo(before.path("vector"));
        assertThat(after.path("text")).isEqualTo(before.path("text"));
        assertThat(count(path, "{'price':{'$lt':8}}")).isOne();
        assertThat(count(path, "{'price':10}")).isZero();
        assertThat(count(path, "{'tags':'x'}")).isZero();

        JsonNode written =
                client.patch(path + "/points/a", "{'text':null,'vector':[0,0,5]}")
                        .expect(202)
                        .json();
        assertThat(written.path("accepted").asInt()).isOne();
        String token = written.path("tokens").path(0).asText();
        assertThat(token).startsWith("omen.p-one-");
        JsonNode hits =
                client.post(
                                path + "/search",
                                "{'vector':[0,0,1],'k':1,'consistency':{'after':['"
                                        + token
                                        + "']}}")
                        .expect(200)
                        .json()
                        .path("hits");
        assertThat(hits.path(0).path("distance").asDouble()).isZero();
        assertThat(point(path, "a").has("text")).isFalse();
    }

    @Test
    void patch_ofManyPoints_isTakenWholeOrNotAtAll() throws Exception {
        String path = collection("p-many", "");
        client.post(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','vector':[1,0,0]},{'id':'b','vector':[0,1,0]}]}")
                .expect(200);

        client.patch(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','metadata':{'price':1}},"
                                + "{'id':'nobody','metadata':{'price':2}},"
                                + "{'id':'b','metadata':{'price':3}},{'id':'b','metadata':{'n':4}}]}")
                .expect(200);
        assertThat(count(path, "{'price':{'$gt':0}}")).isEqualTo(2);
        assertThat(point(path, "b").path("metadata")).hasToString("{\"price\":3,\"n\":4}");
        client.get(path + "/points/nobody").expect(404);

        JsonNode refused =
                client.patch(
                                path + "/points",
                                "{'points':[{'id':'a','metadata':{'price':'dear'}},"
                                        + "{'id':'b','metadata':{'price':9}},"
                                        + "{'id':'b','vector':[1]},{'id':'b'}]}")
                        .expectProblem(400, "MALFORMED", "Nothing was written: points[0]")
                        .json();
        assertThat(refused.path("errors").findValuesAsText("index")).containsExactly("0", "2", "3");
        assertThat(count(path, "{'price':9}")).isZero();

        client.send(
                        "PATCH",
                        path + "/points?wait=true",
                        "{\"id\":\"a\",\"text\":\"one\"}\n{\"id\":\"b\",\"text\":\"two\"}\n",
                        "application/x-ndjson")
                .get()
                .expect(200);
        assertThat(point(path, "b").path("text").asText()).isEqualTo("two");
    }

    @Test
    void patch_bad_namesWhatIsWrong() throws Exception {
        String path = collection("p-bad", "");
        client.patch(path + "/points/a", "{}")
                .expectProblem(400, "MALFORMED", "patch: found nothing to change");
        client.patch(path + "/points/a", "{'vector':null}")
                .expectProblem(400, "MALFORMED", "vector: found null");
        client.patch(path + "/points/a", "{'id':'b','text':'t'}")
                .expectProblem(400, "MALFORMED", "id: found 'b', expected none, or 'a'");
        client.patch(path + "/points/a", "{'vector':[1,2]}")
                .expectProblem(422, "INVALID", "vector: found 2 components");
        client.patch(path + "/points/a", "{'sparse':{'indices':[1],'values':[1]}}")
                .expectProblem(422, "INVALID", "sparse=false");
        client.patch("/collections/nowhere/points/a", "{'text':'t'}")
                .expectProblem(404, "NOT_FOUND", "nowhere");
        client.send("PATCH", path + "/points", "", "application/vnd.apache.arrow.stream")
                .get()
                .expectProblem(415, "UNSUPPORTED_MEDIA_TYPE", "whether a value stays");
    }

    @Test
    void patch_keepsSparseVectors_whichHybridSearchFinds() throws Exception {
        String path = collection("p-sparse", ",'sparse':true");
        client.post(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','vector':[1,0,0],'text':'shoe',"
                                + "'sparse':{'indices':[7,3],'values':[0.5,2]}},"
                                + "{'id':'b','vector':[1,0,0],'sparse':{'indices':[3],'values':[1]}}]}")
                .expect(200);
        client.patch(path + "/points/a?wait=true", "{'metadata':{'price':1},'text':'boot'}")
                .expect(200);
        client.patch(path + "/points/b?wait=true", "{'sparse':{'indices':[3],'values':[4]}}")
                .expect(200);

        JsonNode hits =
                client.post(
                                path + "/hybrid_search",
                                "{'sparse':{'indices':[3],'values':[1]},'text':'boot','k':2}")
                        .expect(200)
                        .json()
                        .path("hits");
        assertThat(hits).hasSize(2);
        for (JsonNode hit : hits) {
            boolean isA = hit.path("id").asText().equals("a");
            assertThat(hit.path("scores").path("sparse").asDouble()).isEqualTo(isA ? 2 : 4);
            assertThat(hit.path("scores").path("text").asDouble() > 0).isEqualTo(isA);
        }
    }

    @Test
    void patch_ofATextInACollectionWithAnEmbedder_hasItsVectorMade() throws Exception {
        String path = collection("p-text", ",'embedder':'letters'");
        client.post(path + "/points?wait=true", "{'points':[{'id':'a','text':'aaa'}]}").expect(200);

        client.patch(path + "/points/a?wait=true", "{'text':'cc'}").expect(200);
        assertThat(point(path, "a").path("vector")).hasToString("[0.0,0.0,1.0]");
        assertThat(point(path, "a").path("text").asText()).isEqualTo("cc");

        client.patch(path + "/points/a?wait=true", "{'text':'b','vector':[1,0,0]}").expect(200);
        assertThat(point(path, "a").path("vector")).hasToString("[1.0,0.0,0.0]");
        client.patch(path + "/points/a?wait=true", "{'text':null,'metadata':{'n':1}}").expect(200);
        assertThat(point(path, "a").path("vector")).hasToString("[1.0,0.0,0.0]");
    }

    @Test
    void patch_overGrpc() throws Exception {
        String path = collection("p-grpc", "");
        client.post(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','vector':[1,0,0],'text':'t','metadata':{'n':1}}]}")
                .expect(200);
        var writes = WriteServiceGrpc.newBlockingStub(channel);

        PatchResponse response =
                writes.patch(
                        PatchRequest.newBuilder()
                                .setCollection("p-grpc")
                                .setWait(true)
                                .addPatches(
                                        PointPatch.newBuilder()
                                                .setId("a")
                                                .setMetadataJson("{\"n\":null,\"price\":3}")
                                                .setRemoveText(true))
                                .build());

        assertThat(response.getAccepted()).isOne();
        assertThat(response.getTokensList()).hasSize(1);
        assertThat(point(path, "a").path("metadata")).hasToString("{\"price\":3}");
        assertThat(point(path, "a").has("text")).isFalse();
        PatchRequest both =
                PatchRequest.newBuilder()
                        .setCollection("p-grpc")
                        .addPatches(
                                PointPatch.newBuilder().setId("a").setText("t").setRemoveText(true))
                        .build();
        assertThatThrownBy(() -> writes.patch(both))
                .hasMessageContaining("remove_text: found it beside a new one");
        PatchRequest empty =
                PatchRequest.newBuilder()
                        .setCollection("p-grpc")
                        .addPatches(PointPatch.newBuilder().setId("a"))
                        .build();
        assertThatThrownBy(() -> writes.patch(empty)).hasMessageContaining("nothing to change");
    }

    @Test
    void patch_withTheJavaClient() throws Exception {
        String path = collection("p-java", "");
        client.post(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','vector':[1,0,0],'metadata':{'n':1,'price':2}}]}")
                .expect(200);
        try (OmenClient java =
                OmenClient.builder("http://127.0.0.1:" + running.gateway.port()).connect()) {
            OmenCollection products = java.collection("p-java");
            var patch =
                    io.omendb.client.point.PointPatch.of("a")
                            .withField("price", 4)
                            .withoutField("n");
            assertThat(products.patch(List.of(patch), WriteOptions.SEARCHABLE).accepted()).isOne();
        }
        assertThat(point(path, "a").path("metadata")).hasToString("{\"price\":4}");
    }
}
