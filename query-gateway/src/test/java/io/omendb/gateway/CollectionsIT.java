package io.omendb.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedBroker.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CollectionsIT {
    private static final String FULL =
            "{'dimension':3,'metric':'cosine','fields':{'category':'keyword'},'sparse':false,"
                    + "'index':{'kind':'flat'},'partitions':3,'ttl_seconds':null}";

    private RunningGateway running;
    private Client client;

    @BeforeAll
    void start(SharedBroker.Running broker) throws Exception {
        running = new RunningGateway(broker);
        client = running.client;
    }

    @AfterAll
    void stop() {
        running.close();
    }

    @Test
    void put_new_answersTheStoredSchema() throws Exception {
        JsonNode schema = client.put("/collections/full", FULL).expect(201).json();

        assertThat(schema.path("name").asText()).isEqualTo("full");
        assertThat(schema.path("topic").asText()).isEqualTo("omen.full");
        assertThat(schema.path("metric").asText()).isEqualTo("cosine");
        assertThat(schema.path("partitions").asInt()).isEqualTo(3);
        assertThat(schema.path("ttl_seconds").isNull()).isTrue();
        assertThat(schema.path("created_at").asText()).endsWith("Z");
    }

    @Test
    void put_again_is200OrA409() throws Exception {
        JsonNode first = client.put("/collections/repeated", FULL).expect(201).json();

        assertThat(client.put("/collections/repeated", FULL).expect(200).json()).isEqualTo(first);
        client.put("/collections/repeated", "{'dimension':4,'metric':'l2'}")
                .expectProblem(409, "CONFLICT", "dimension: found 3, asked for 4");
    }

    @Test
    void put_bad_namesTheField() throws Exception {
        client.put("/collections/bad", "{'metric':'l2'}")
                .expectProblem(400, "MALFORMED", "dimension: found nothing, expected an integer");
        client.put("/collections/bad", "{'dimension':3,'metric':'l2','shards':1}")
                .expectProblem(400, "MALFORMED", "shards: found an unknown field");
        client.put("/collections/bad", "{")
                .expectProblem(400, "MALFORMED", "body: found broken JSON");
        client.put("/collections/bad", "{'dimension':3,'metric':'l1'}")
                .expectProblem(422, "INVALID", "metric: found 'l1', expected one of l2");
        client.put("/collections/bad", "{'dimension':3,'metric':'l2','fields':{'a':'date'}}")
                .expectProblem(422, "INVALID", "fields.a: found type 'date'");
        client.put("/collections/-bad", "{'dimension':3,'metric':'l2'}")
                .expectProblem(422, "INVALID", "collection name: found '-bad'");
        client.get("/collections/bad").expectProblem(404, "NOT_FOUND", "bad does not exist");
    }

    @Test
    void get_inFull_countsExactlyAcrossShards() throws Exception {
        String path = running.collection("sized");
        client.post(
                        path + "/points?wait=true",
                        "{'points':[{'id':'a','vector':[1,2,3]},{'id':'b','vector':[1,2,3]},"
                                + "{'id':'c','vector':[1,2,3]}]}")
                .expect(200);
        client.delete(path + "/points/b?wait=true").expect(200);

        JsonNode json = client.get(path).expect(200).json();

        assertThat(json.path("vectors").asInt()).isEqualTo(2);
        assertThat(json.path("segments").asInt()).isEqualTo(2);
        assertThat(json.path("memory_bytes").asInt()).isEqualTo(2000);
        assertThat(json.at("/index/kind").asText()).isEqualTo("auto");
        assertThat(json.at("/index/in_use/0").asText()).isEqualTo("flat");
        assertThat(json.path("shards")).hasSize(2);
        assertThat(json.at("/shards/0/address").asText()).startsWith("127.0.0.1:");
        assertThat(json.at("/shards/0/lag_records").asInt(-1)).isZero();
        assertThat(json.at("/freshness/lag_records").asInt(-1)).isZero();
    }

    @Test
    void list_shardsAway_keepsTheNames() throws Exception {
        running.collection("listed");
        assertThat(vectorsOf("listed").asInt(-1)).isZero();
        running.job.hide(1);
        try {
            assertThat(vectorsOf("listed").isNull()).isTrue();
            client.get("/collections/listed")
                    .expectProblem(503, "UNAVAILABLE", "1 of 2 shards are known");
        } finally {
            running.job.unhide();
        }
    }

    private JsonNode vectorsOf(String name) throws Exception {
        for (JsonNode listed : client.get("/collections").expect(200).json().path("collections")) {
            if (listed.path("name").asText().equals(name)) {
                return listed.path("vectors");
            }
        }
        throw new AssertionError(name + " is not listed");
    }

    @Test
    void delete_thenPut_startsEmptyAndTokensGoOn() throws Exception {
        String path = running.collection("phoenix");
        String point = "{'points':[{'id':'a','vector':[1,2,3]}]}";
        String before =
                client.post(path + "/points?wait=true", point).json().at("/tokens/0").asText();

        client.delete(path).expect(202);
        client.get(path).expectProblem(404, "NOT_FOUND", "phoenix does not exist");
        client.delete(path).expectProblem(404, "NOT_FOUND", "phoenix does not exist");
        client.post(path + "/points", point).expect(404);

        client.put(path, "{'dimension':3,'metric':'dot'}").expect(201);
        JsonNode empty = client.get(path).expect(200).json();
        assertThat(empty.path("vectors").asInt(-1)).isZero();
        assertThat(empty.at("/freshness/lag_records").asInt(-1)).isZero();
        String after =
                client.post(path + "/points?wait=true", point)
                        .expect(200)
                        .json()
                        .at("/tokens/0")
                        .asText();
        assertThat(offset(after)).isGreaterThan(offset(before));
        assertThat(client.get(path).json().path("vectors").asInt()).isEqualTo(1);
    }

    private static long offset(String token) {
        return Long.parseLong(token.substring(token.indexOf(':') + 1));
    }

    @Test
    void put_throughAnotherGateway_isFoundAtOnce(SharedBroker.Running broker) throws Exception {
        try (Gateway other =
                Gateway.start(
                        GatewayOptions.of(broker.bootstrapServers()).withPort(0), running.job)) {
            new Client(other.port())
                    .put("/collections/elsewhere", "{'dimension':3,'metric':'l2'}")
                    .expect(201);
            client.post("/collections/elsewhere/points", "{'points':[]}").expect(202);
        }
    }
}
