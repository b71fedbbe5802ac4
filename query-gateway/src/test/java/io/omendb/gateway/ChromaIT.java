package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.omendb.gateway.http.Limits;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/** Chroma's interface beside OmenDB's own, and what its clients do not show. */
@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChromaIT {
    private static final String DEFAULT =
            "/api/v2/tenants/default_tenant/databases/default_database/collections";
    private static final int HITS_MAX = 50;

    private SharedBroker.Running broker;
    private RealGateway running;
    private Client client;

    @BeforeAll
    void start(SharedBroker.Running shared) {
        broker = shared;
        Limits limits =
                new Limits(
                        64L << 20,
                        512,
                        256L << 20,
                        256L << 20,
                        Limits.DEFAULT.searchesInFlight(),
                        HITS_MAX,
                        10_000,
                        1_000,
                        10_000,
                        60_000,
                        10_000,
                        60_000);
        running = new RealGateway(broker, limits);
        client = running.client;
    }

    @AfterAll
    void stop() {
        running.close();
    }

    private JsonNode create(String name) throws Exception {
        return client.post(DEFAULT, "{'name':'" + name + "'}").expect(200).json();
    }

    private static void expectError(Client.Reply reply, int status, String name, String message) {
        reply.expect(status);
        assertThat(reply.json().path("error").asText()).isEqualTo(name);
        assertThat(reply.json().path("message").asText()).contains(message);
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    @Test
    void collection_ofOmensOwnApi_isACollectionInChroma() throws Exception {
        client.put("/collections/own", "{'dimension':2,'metric':'cosine','fields':{'n':'long'}}")
                .expect(201);
        client.post(
                        "/collections/own/points?wait=true",
                        "{'points':[{'id':'a','vector':[3,4],'metadata':{'n':1},'text':'hi'}]}")
                .expect(200);

        JsonNode own = client.get(DEFAULT + "/own").expect(200).json();
        assertThat(own.at("/configuration_json/hnsw/space").asText()).isEqualTo("cosine");
        assertThat(own.path("dimension").asInt()).isEqualTo(2);
        String byId = DEFAULT + "/" + own.path("id").asText();
        JsonNode got =
                client.post(byId + "/get", "{'where':{'n':1},'include':['embeddings','documents']}")
                        .expect(200)
                        .json();
        assertThat(got.at("/ids/0").asText()).isEqualTo("a");
        assertThat(got.at("/documents/0").asText()).isEqualTo("hi");
        assertThat(got.at("/embeddings/0/0").floatValue()).isEqualTo(0.6f); // of unit length
        assertThat(got.path("metadatas").isNull()).isTrue();

        client.put(byId, "{'new_metadata':{'owner':'me'}}").expect(200);
        JsonNode changed = client.get(DEFAULT + "/own").expect(200).json();
        assertThat(changed.at("/metadata/owner").asText()).isEqualTo("me");
        assertThat(changed.path("id")).isEqualTo(own.path("id"));

        client.delete("/collections/own").expect(202);
        expectError(client.get(DEFAULT + "/own"), 404, "NotFoundError", "own");
        expectError(client.get(byId + "/count"), 404, "NotFoundError", "does not exist");
    }

    @Test
    void collection_ofChroma_isACollectionInOmen() throws Exception {
        String path = DEFAULT + "/" + create("shared-one").path("id").asText();
        client.get("/collections/shared-one").expect(404); // nobody knows its dimension yet

        client.post(
                        path + "/add",
                        "{'ids':['a'],'embeddings':[[1,2,3]],'documents':['hello'],"
                                + "'metadatas':[{'k':'v','gone':null}],'uris':['u']}")
                .expect(201);

        assertThat(client.get("/collections/shared-one").expect(200).json().path("metric").asText())
                .isEqualTo("l2");
        JsonNode point = client.get("/collections/shared-one/points/a").expect(200).json();
        assertThat(point.path("metadata").toString())
                .isEqualTo("{\"k\":\"v\",\"chroma:uri\":\"u\"}");
        assertThat(point.path("text").asText()).isEqualTo("hello");
        client.post(
                        "/collections/shared-one/points?wait=true",
                        "{'points':[{'id':'b','vector':[1,2,4]}]}")
                .expect(200);
        assertThat(client.get(path + "/count").expect(200).text()).isEqualTo("2");
        client.delete(DEFAULT + "/shared-one").expect(200);
        client.get("/collections/shared-one").expect(404);
    }

    /** Which keeps what Chroma's interface does not know of, as a patch does. */
    @Test
    void updateAndUpsert_inACollectionWithSparseVectors_changeWhatTheyName() throws Exception {
        client.put("/collections/c-sparse", "{'dimension':2,'metric':'l2','sparse':true}")
                .expect(201);
        client.post(
                        "/collections/c-sparse/points?wait=true",
                        "{'points':[{'id':'a','vector':[1,2],'text':'old','metadata':{'n':1,'m':2},"
                                + "'sparse':{'indices':[7],'values':[3]}}]}")
                .expect(200);
        String path =
                DEFAULT
                        + "/"
                        + client.get(DEFAULT + "/c-sparse").expect(200).json().path("id").asText();

        client.post(
                        path + "/update",
                        "{'ids':['a','nowhere'],'metadatas':[{'n':5,'m':null},{'n':6}],"
                                + "'documents':['new','none']}")
                .expect(200);
        JsonNode point = client.get("/collections/c-sparse/points/a").expect(200).json();
        assertThat(point.path("metadata")).hasToString("{\"n\":5}");
        assertThat(point.path("text").asText()).isEqualTo("new");
        assertThat(point.path("vector")).hasToString("[1.0,2.0]");
        client.get("/collections/c-sparse/points/nowhere").expect(404);

        client.post(
                        path + "/upsert",
                        "{'ids':['a','b'],'embeddings':[[3,4],[5,6]],'metadatas':[{'m':8},{'n':9}],"
                                + "'documents':['',null]}")
                .expect(200);
        JsonNode got =
                client.post(
                                path + "/get",
                                "{'ids':['a','b'],'include':['embeddings','documents','metadatas']}")
                        .expect(200)
                        .json();
        assertThat(got.path("ids")).hasToString("[\"a\",\"b\"]");
        assertThat(got.path("embeddings")).hasToString("[[3.0,4.0],[5.0,6.0]]");
        assertThat(got.path("documents")).hasToString("[\"\",null]");
        assertThat(got.path("metadatas")).hasToString("[{\"n\":5,\"m\":8},{\"n\":9}]");
        JsonNode hits =
                client.post(
                                "/collections/c-sparse/hybrid_search",
                                "{'sparse':{'indices':[7],'values':[1]}}")
                        .expect(200)
                        .json()
                        .path("hits");
        assertThat(hits).hasSize(1);
        assertThat(hits.path(0).path("scores").path("sparse").asDouble()).isEqualTo(3);

        expectError(
                client.post(path + "/update", "{'ids':['a'],'metadatas':[{'o':{'x':1}}]}"),
                501,
                "UnimplementedError",
                "would lose");
    }

    @Test
    void pendingCollection_afterARestart_isStillThere() throws Exception {
        JsonNode made =
                client.post(
                                DEFAULT,
                                "{'name':'pending','metadata':{'m':1},"
                                        + "'configuration':{'hnsw':{'space':'ip'}}}")
                        .expect(200)
                        .json();
        assertThat(made.path("dimension").isNull()).isTrue();
        try (RealGateway second = new RealGateway(broker, Limits.DEFAULT)) {
            JsonNode found = second.client.get(DEFAULT + "/pending").expect(200).json();
            assertThat(found).isEqualTo(made);
            String path = DEFAULT + "/" + found.path("id").asText();
            second.client.put(path, "{'new_name':'renamed'}").expect(200);
            second.client.post(path + "/add", "{'ids':['a'],'embeddings':[[1,2]]}").expect(201);
            assertThat(
                            second.client
                                    .get("/collections/renamed")
                                    .expect(200)
                                    .json()
                                    .path("metric")
                                    .asText())
                    .isEqualTo("dot");
            // The first gateway sees what the second did: at once, as it asks for the log's end.
            assertThat(client.get(DEFAULT + "/renamed").expect(200).json().path("id"))
                    .isEqualTo(made.path("id"));
            expectError(client.get(DEFAULT + "/pending"), 404, "NotFoundError", "pending");
        }
    }

    @Test
    void collection_madeAgain_isAnother() throws Exception {
        String old = DEFAULT + "/" + create("again").path("id").asText();
        client.post(old + "/add", "{'ids':['a'],'embeddings':[[1,2]]}").expect(201);
        client.delete(DEFAULT + "/again").expect(200);
        String next = DEFAULT + "/" + create("again").path("id").asText();

        assertThat(next).isNotEqualTo(old);
        expectError(client.get(old + "/count"), 404, "NotFoundError", "does not exist");
        client.post(next + "/add", "{'ids':['b'],'embeddings':[[1,2,3]]}").expect(201);
        assertThat(texts(client.post(next + "/get", "{}").expect(200).json().path("ids")))
                .containsExactly("b");
    }

    @Test
    void query_whereFewOfManyMatch_findsThemAll() throws Exception {
        String path = DEFAULT + "/" + create("many").path("id").asText();
        StringBuilder ids = new StringBuilder();
        StringBuilder vectors = new StringBuilder();
        StringBuilder metadatas = new StringBuilder();
        for (int i = 0; i < 2_500; i++) {
            String comma = i == 0 ? "" : ",";
            ids.append(comma).append("'").append(i).append("'");
            vectors.append(comma).append("[").append(i).append(",0]");
            metadatas.append(comma).append("{'far':").append(i >= 2_495).append("}");
        }
        client.post(
                        path + "/upsert",
                        "{'ids':["
                                + ids
                                + "],'embeddings':["
                                + vectors
                                + "],'metadatas':["
                                + metadatas
                                + "]}")
                .expect(200);

        // More than the gateway asks an index for lie before the first that matches.
        JsonNode found =
                client.post(
                                path + "/query",
                                "{'query_embeddings':[[0,0]],'n_results':10,'where':{'far':true}}")
                        .expect(200)
                        .json();

        assertThat(texts(found.at("/ids/0")))
                .containsExactly("2495", "2496", "2497", "2498", "2499");
        assertThat(found.at("/distances/0/0").asDouble()).isEqualTo(2495.0 * 2495);
        assertThat(found.path("embeddings").isNull()).isTrue();
        JsonNode page =
                client.post(path + "/get", "{'limit':1200,'offset':1100,'include':[]}")
                        .expect(200)
                        .json();
        assertThat(texts(page.path("ids"))).hasSize(1200).doesNotHaveDuplicates();
        JsonNode deleted =
                client.post(path + "/delete", "{'where':{'far':false}}").expect(200).json();
        assertThat(deleted.path("deleted").asInt()).isEqualTo(2495);
        assertThat(client.get(path + "/count").expect(200).text()).isEqualTo("5");
    }

    /**
     * Where fields are declared, the shards check what they can of a condition. The same records
     * without a declaration are all read and compared here: both must answer alike.
     */
    @Test
    void where_ofDeclaredFields_findsWhatReadingAllFinds() throws Exception {
        long seed = System.nanoTime();
        RandomWhere random = new RandomWhere(seed);
        List<String> paths = new ArrayList<>();
        String points = random.points(500);
        for (String fields : List.of(RandomWhere.FIELDS, "")) {
            String name = "where-" + (fields.isEmpty() ? "plain" : "declared");
            client.put("/collections/" + name, "{'dimension':2,'metric':'l2'" + fields + "}")
                    .expect(201);
            client.post("/collections/" + name + "/points?wait=true", points).expect(200);
            String id = client.get(DEFAULT + "/" + name).expect(200).json().path("id").asText();
            paths.add(DEFAULT + "/" + id);
        }
        int found = 0;
        for (int i = 0; i < 120; i++) {
            String where = "'where':" + random.where(3);
            List<JsonNode> got =
                    both(paths, "/get", "{" + where + ",'limit':40,'offset':3,'include':[]}");
            assertThat(got.get(0).path("ids"))
                    .as("seed %d, %s", seed, where)
                    .isEqualTo(got.get(1).path("ids"));
            List<JsonNode> near =
                    both(
                            paths,
                            "/query",
                            "{'query_embeddings':[[0.5,0.5]],'n_results':9," + where + "}");
            assertThat(near.get(0).path("ids"))
                    .as("seed %d, %s", seed, where)
                    .isEqualTo(near.get(1).path("ids"));
            JsonNode distances = near.get(0).at("/distances/0");
            for (int hit = 0; hit < distances.size(); hit++) {
                // The index answers roots in float32, which are squared again.
                double compared = near.get(1).at("/distances/0").get(hit).asDouble();
                assertThat(distances.get(hit).asDouble()).isCloseTo(compared, within(1e-5));
            }
            found += distances.size();
        }
        assertThat(found).as("seed %d", seed).isPositive();
        List<JsonNode> deleted = both(paths, "/delete", "{'where':" + random.where(2) + "}");
        assertThat(deleted.get(0)).as("seed %d", seed).isEqualTo(deleted.get(1));
    }

    private List<JsonNode> both(List<String> paths, String route, String body) throws Exception {
        List<JsonNode> answers = new ArrayList<>();
        for (String path : paths) {
            answers.add(client.post(path + route, body).expect(200).json());
        }
        return answers;
    }

    @Test
    void errors_haveChromasForm() throws Exception {
        String path = DEFAULT + "/" + create("errors").path("id").asText();
        expectError(
                client.post(DEFAULT, "{'name':'errors'}"), 409, "UniqueConstraintError", "errors");
        expectError(client.post(DEFAULT, "{'name':'x'}"), 400, "InvalidArgumentError", "3-512");
        expectError(
                client.post(DEFAULT, "{'name':'abc','configuration':{'hnsw':{'space':'l1'}}}"),
                400,
                "InvalidArgumentError",
                "l2, cosine or ip");
        expectError(
                client.post(path + "/add", "{'ids':['a','a'],'embeddings':[[1],[2]]}"),
                400,
                "InvalidArgumentError",
                "second time");
        expectError(
                client.post(path + "/add", "{'ids':['a']}"),
                400,
                "InvalidArgumentError",
                "embeddings");
        expectError(
                client.post(path + "/add", "{'ids':['a'],'embeddings':[[1],[2]]}"),
                400,
                "InvalidArgumentError",
                "as many as ids");
        expectError(client.post(path + "/add", "{"), 400, "InvalidArgumentError", "JSON");
        expectError(
                client.post(path + "/get", "{'where':{'a':{'$near':1}}}"),
                400,
                "InvalidArgumentError",
                "$near");
        expectError(client.post(path + "/delete", "{}"), 400, "InvalidArgumentError", "ids");
        expectError(client.post(path + "/search", "{}"), 501, "UnimplementedError", "query");
        expectError(client.post("/api/v2/reset", ""), 403, "AuthorizationError", "Reset");
        expectError(client.get("/api/v2/tenants/nobody"), 404, "NotFoundError", "nobody");
        expectError(
                client.post(
                        "/api/v2/tenants/default_tenant/databases/none/collections",
                        "{'name':'abc'}"),
                404,
                "NotFoundError",
                "none");
        expectError(
                client.delete("/api/v2/tenants/default_tenant/databases/default_database"),
                403,
                "AuthorizationError",
                "default");
    }

    @Test
    void zeroVector_underCosine_isRefusedAndNamed() throws Exception {
        String path =
                DEFAULT
                        + "/"
                        + client.post(DEFAULT, "{'name':'zero','metadata':{'hnsw:space':'cosine'}}")
                                .expect(200)
                                .json()
                                .path("id")
                                .asText();
        expectError(
                client.post(path + "/add", "{'ids':['a'],'embeddings':[[0,0]]}"),
                400,
                "InvalidArgumentError",
                "zero vector");
        // What was refused has not decided the dimension.
        assertThat(client.get(DEFAULT + "/zero").expect(200).json().path("dimension").isNull())
                .isTrue();
    }
}
